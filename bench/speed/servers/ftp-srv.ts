import { fileURLToPath } from 'node:url'
import { startProcess } from '../../baseline/child.js'
import { PASSWORD, USER } from '../../baseline/scene.js'
import type { Server } from '../server.js'

const PROGRAM = fileURLToPath(new URL('../../baseline/ftp-srv/main.js', import.meta.url))

export const ftpSrv: Server = {
  id: 'ftp-srv',
  missing: async () => undefined,
  async open({ cert, key, home, passive }) {
    const child = await startProcess(PROGRAM, [cert, key, home, passive, USER, PASSWORD])
    return {
      port: child.port,
      pid: child.pid ?? 0,
      user: USER,
      password: PASSWORD,
      explicit: false,
      [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
    }
  },
}

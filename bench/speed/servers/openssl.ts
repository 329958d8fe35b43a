import { fileURLToPath } from 'node:url'
import { startProcess } from '../../baseline/child.js'
import { PASSWORD } from '../../baseline/scene.js'
import type { Server } from '../server.js'
import { found } from './found.js'

const PROGRAM = fileURLToPath(new URL('../openssl/main.js', import.meta.url))

/** The ceiling: `openssl s_server` sends a file or writes what comes to one, and does nothing else. */
export const openssl: Server = {
  id: 'openssl',
  rows: ['streams'],
  missing: async () => (found('openssl') === undefined ? 'openssl is not installed' : undefined),
  async open({ folder, home, cert, key }) {
    const child = await startProcess(PROGRAM, [cert, key, home, folder])
    return {
      port: child.port,
      pid: child.pid ?? 0,
      // Which way the data goes, s_server must know before it listens.
      user: 'down',
      uploader: 'up',
      password: PASSWORD,
      explicit: false,
      [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
    }
  },
}

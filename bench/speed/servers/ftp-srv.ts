import { fileURLToPath } from 'node:url'
import { PASSWORD, USER } from '../../baseline/scene.js'
import type { Server } from '../server.js'
import { startNode } from './node-process.js'

const PROGRAM = fileURLToPath(new URL('../../baseline/ftp-srv/main.js', import.meta.url))

export const ftpSrv: Server = {
  id: 'ftp-srv',
  missing: async () => undefined,
  open: ({ cert, key, home, passive }) => startNode(PROGRAM, [cert, key, home, passive, USER, PASSWORD]),
}

import { fileURLToPath } from 'node:url'
import type { Server } from '../server.js'
import { startNode } from './node-process.js'

const PROGRAM = fileURLToPath(new URL('../bare-node/main.js', import.meta.url))

/** The ceiling of small files for any server in Node: its own modules and nothing behind them. */
export const bareNode: Server = {
  id: 'bare-node',
  rows: ['small files'],
  missing: async () => undefined,
  open: ({ cert, key }) => startNode(PROGRAM, [cert, key]),
}

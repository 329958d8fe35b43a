import { parentPort } from 'node:worker_threads'
import { Networks } from '../core/networks.js'
import { serveConnections } from '../data/worker-side.js'
import { originOf } from '../proxy/origins.js'
import { DataContexts, type DataTls } from '../tls/data-tls.js'
import { secureData } from '../tls/secure-data.js'

// The program of a worker that carries data connections. What it is told was made by secure-control.ts.

/** `OriginOptions` as plain data. */
export interface OriginSettings {
  readonly from: readonly string[]
  readonly timeout: number
}

const contexts = new DataContexts()

if (parentPort)
  serveConnections(parentPort, {
    secure(tls, renewed) {
      const session = contexts.take(tls as DataTls, renewed)
      return socket => secureData(socket, session)
    },
    origin(settings) {
      const { from, timeout } = settings as OriginSettings
      const options = { from: new Networks(from), timeout }
      return socket => originOf(socket, options)
    },
  })

import { parentPort } from 'node:worker_threads'
import { serveConnections } from '../data/worker-side.js'
import { type OriginOptions, originOf } from '../proxy/origins.js'
import { DataContexts, type DataTls } from '../tls/data-tls.js'
import { secureData } from '../tls/secure-data.js'

// The program of a worker that carries data connections. What it is told was made by secure-control.ts.

const contexts = new DataContexts()

if (parentPort)
  serveConnections(parentPort, {
    secure(tls, renewed) {
      const session = contexts.take(tls as DataTls, renewed)
      return (socket, signal) => secureData(socket, session, signal)
    },
    origin: settings => (socket, signal) => originOf(socket, settings as OriginOptions, signal),
  })

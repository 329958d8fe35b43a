import { parentPort } from 'node:worker_threads'
import { endpoint } from '../../src/core/endpoint.js'
import { serveConnections } from '../../src/data/worker-side.js'

// A worker without TLS. With this in place of what TLS needs, it fails, as by a mistake, when the client says something.

export const POISON = 'poison'

if (parentPort)
  serveConnections(parentPort, {
    secure: tls => async raw => {
      if (tls === POISON)
        raw.resume().once('data', () =>
          setImmediate(() => {
            throw new Error('poisoned')
          }),
        )
      return { stream: raw, resumed: true, version: 'none', sendTickets: () => {}, verdict: () => 'clean' }
    },
    origin: () => async raw => ({ peer: endpoint(raw.remoteAddress, raw.remotePort), headerBytes: 0 }),
  })

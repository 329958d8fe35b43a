import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { endpoint } from '../../src/core/endpoint.js'
import { prepareTls, SessionContexts } from '../../src/tls/contexts.js'
import { TlsControlConnection } from '../../src/tls/control-connection.js'
import { testCertificate } from '../helpers/certificate.js'

/** More than the buffers of two sockets hold. */
const LARGE = 64 << 20

test('a peer that does not read its replies is dropped after 30 seconds', async t => {
  const contexts = new SessionContexts(
    prepareTls({ certificates: [await testCertificate()], minVersion: 'TLSv1.2' }),
  )
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect({ port: (server.address() as AddressInfo).port, rejectUnauthorized: false })
  client.on('error', () => {})
  try {
    const [raw] = (await once(server, 'connection')) as [Socket]
    const ends = { peer: endpoint(raw.remoteAddress, raw.remotePort), local: endpoint('127.0.0.1', 0) }
    const never = new AbortController().signal
    const control = await TlsControlConnection.accept(raw, contexts.take(), ends, never)
    client.pause()
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const written = control.write(Buffer.alloc(LARGE, 'x'))
    t.mock.timers.tick(29_999)
    await new Promise(setImmediate)
    assert.equal(raw.destroyed, false)
    t.mock.timers.tick(1)
    assert.equal(await written, false)
    assert.equal(raw.destroyed, true)
  } finally {
    client.destroy()
    server.close()
  }
})

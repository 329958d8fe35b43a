import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { peekClientHello } from '../../../src/tls/client-hello.js'
import { prepareTls, SessionContexts } from '../../../src/tls/contexts.js'
import { TlsControlConnection } from '../../../src/tls/control-connection.js'
import { testCertificate } from '../../helpers/certificate.js'

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const)
  test(`a handshake that is given up while its ClientHello is looked at ends alone (${maxVersion})`, async () => {
    const contexts = new SessionContexts(
      prepareTls({ certificates: [await testCertificate()], minVersion: 'TLSv1.2' }),
    )
    const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const arrived = once(server, 'connection') as Promise<[Socket]>
    const { port } = server.address() as AddressInfo
    const client = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, maxVersion })
    const gone = new Promise(resolve => client.on('error', () => {}).on('close', resolve))
    const [raw] = await arrived
    const ending = new AbortController()
    await peekClientHello(raw, ending.signal)
    const end = { address: '127.0.0.1', port: 0, family: 4 } as const
    const accepted = TlsControlConnection.accept(
      raw,
      contexts.take(),
      { peer: end, local: end },
      ending.signal,
    )
    // Behind the reading of what was put back, and before Node's look at it.
    process.nextTick(() => ending.abort(new Error('enough')))
    await assert.rejects(accepted, /enough/)
    await gone
    assert.ok(raw.destroyed)
    await new Promise(resolve => server.close(resolve))
  })

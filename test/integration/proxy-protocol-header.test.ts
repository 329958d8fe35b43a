import assert from 'node:assert/strict'
import { connect as connectTcp } from 'node:net'
import { describe, test } from 'node:test'
import { answer, BINARY, behindProxy, LOCAL, TEXT, upload } from '../helpers/behind-proxy.js'
import { closed } from '../helpers/closed.js'
import { lineFrom, loginThrough } from '../helpers/proxied.js'
import { recorded } from '../helpers/recorded.js'
import { testServer } from '../helpers/server.js'

describe('what the load balancer sends', () => {
  const wrong: [what: string, bytes: Buffer | string][] = [
    ['TLS at once', '\x16\x03\x01\x02\x00\x01'],
    ['another protocol', 'GET / HTTP/1.1\r\n\r\n'],
    ['a line that is wrong', 'PROXY TCP4 192.0.2.1 198.51.100.7 1 999999\r\n'],
    ['a line without an end', `PROXY ${'x'.repeat(200)}`],
  ]
  for (const [what, bytes] of wrong)
    test(`${what} closes the connection without a byte`, async () => {
      await using server = await behindProxy()
      assert.equal((await answer(server.port, bytes)).length, 0)
      await recorded(server, { event: 'connection.refused', reason: 'proxy_header_malformed' })
    })

  for (const [what, bytes] of [
    ['nothing', ''],
    ['half a header', 'PROXY TCP4'],
  ] as const)
    test(`${what} within the time closes it too`, async () => {
      await using server = await behindProxy({ server: { timeouts: { handshake: '200ms' } } })
      assert.equal((await answer(server.port, bytes)).length, 0)
      await recorded(server, { event: 'connection.refused', reason: 'proxy_header_missing' })
    })

  test('half a header and an end is missing the rest', async () => {
    await using server = await behindProxy()
    const socket = connectTcp({ port: server.port, host: '127.0.0.1' })
    socket.end(BINARY.subarray(0, 20))
    await closed(socket)
    await recorded(server, { event: 'connection.refused', reason: 'proxy_header_missing' })
  })

  test('to see whether the server is alive leaves no record', async () => {
    await using server = await behindProxy()
    for (const bytes of ['', LOCAL, 'PROXY UNKNOWN\r\n', lineFrom('127.0.0.1')]) {
      const socket = connectTcp({ port: server.port, host: '127.0.0.1' })
      socket.end(bytes)
      await closed(socket)
      const impatient = connectTcp({ port: server.port, host: '127.0.0.1' })
      impatient.write(bytes || LOCAL, () => impatient.resetAndDestroy())
      await closed(impatient)
    }
    // Those before it have been seen by then.
    using _client = await loginThrough(server.port, TEXT)
    const accepted = (await server.audit()).filter(({ event }) => /^(connection|tls)/.test(String(event)))
    assert.deepEqual(
      accepted.map(({ event }) => event),
      ['connection.accepted', 'tls.established'],
    )
  })

  test('as a client that says nothing is no failed handshake of it', async () => {
    await using server = await testServer({
      config: {
        server: { listen: { host: '127.0.0.1', port: 0 }, proxyProtocol: { from: ['127.0.0.1/32'] } },
        auth: { limits: { handshakeFailuresPerAddress: { max: 1 } } },
      },
    })
    const socket = connectTcp({ port: server.port, host: '127.0.0.1' })
    socket.end(TEXT)
    await closed(socket)
    await recorded(server, { event: 'tls.failed' })
    using _client = await loginThrough(server.port, TEXT)
  })

  test('for itself may be a session of its own', async () => {
    await using server = await behindProxy()
    using client = await loginThrough(server.port, LOCAL)
    assert.equal((await upload(client, LOCAL, Buffer.from('x'))).code, 226)
    const { client: from, proxy } = await recorded(server, { event: 'connection.accepted' })
    assert.equal((from as { address: string }).address, '127.0.0.1')
    assert.equal(proxy, undefined)
  })
})

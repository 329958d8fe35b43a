import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answer, behindProxy, TEXT } from '../helpers/behind-proxy.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { loginThrough } from '../helpers/proxied.js'
import { recorded } from '../helpers/recorded.js'
import { testServer } from '../helpers/server.js'

describe('who is not the load balancer', () => {
  test('is served as ever, and not asked for a header', async () => {
    await using server = await behindProxy()
    using client = await FtpClient.login(server.port, { localAddress: '127.0.0.2' })
    assert.equal((await client.upload('STOR f', 'x')).code, 226)
  })

  test('cannot claim an address', async () => {
    await using server = await behindProxy()
    await answer(server.port, TEXT, '127.0.0.2')
    const failed = await recorded(server, { event: 'tls.failed', reason: 'handshake_failed' })
    assert.equal((failed.client as { address: string }).address, '127.0.0.2')
  })

  test('nobody is, where none is configured', async () => {
    await using server = await testServer()
    await answer(server.port, TEXT)
    await recorded(server, { event: 'tls.failed', reason: 'handshake_failed' })
  })
})

test('a reload changes who is trusted', async () => {
  await using server = await testServer()
  using before = await FtpClient.login(server.port)
  await server.reload({
    config: {
      server: { listen: { host: '127.0.0.1', port: 0 }, proxyProtocol: { from: ['127.0.0.1/32'] } },
    },
  })
  using after = await loginThrough(server.port, TEXT)
  assert.equal((await after.command('NOOP')).code, 200)
  assert.equal((await before.command('NOOP')).code, 200)
})

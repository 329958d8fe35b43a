import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { attempt, REFUSED } from '../helpers/attempt.js'
import { answer, BINARY, behindProxy, CLIENT, TEXT, upload } from '../helpers/behind-proxy.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { lineFrom, loginThrough, Proxied } from '../helpers/proxied.js'
import { binaryHeader, ends6 } from '../helpers/proxy-header.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD } from '../helpers/server.js'

describe('behind a load balancer', () => {
  for (const [version, header] of [
    ['1', TEXT],
    ['2', BINARY],
  ] as const)
    for (const sending of ['first', 'together', 'bytes'] as const)
      test(`PROXY version ${version} names the client of both connections, sent ${sending}`, async () => {
        await using server = await behindProxy()
        using client = await loginThrough(server.port, header, sending)
        const bytes = Buffer.alloc(100_000, 'x')
        assert.equal((await upload(client, header, bytes, sending)).code, 226)
        assert.deepEqual(await readFile(join(server.home, 'f')), bytes)
        const accepted = await recorded(server, { event: 'connection.accepted' })
        assert.equal((accepted.client as { address: string }).address, CLIENT)
        assert.equal(accepted.proxy, '127.0.0.1')
        assert.equal((await recorded(server, { event: 'data.opened' })).proxy, '127.0.0.1')
        assert.equal((await recorded(server, { event: 'file.uploaded' })).close, 'clean')
      })

  test('PASV tells the address that the client reached', async () => {
    await using server = await behindProxy()
    using client = await loginThrough(server.port, TEXT)
    assert.match((await client.command('PASV')).text, /\(198,51,100,7,/)
    using six = await loginThrough(server.port, binaryHeader(0x21, 0x21, ends6))
    assert.equal((await six.command('PASV')).code, 425)
    assert.equal((await six.command('EPSV 2')).code, 229)
  })

  test('allowFrom and the limits look at the client', async () => {
    await using server = await behindProxy({
      server: { maxSessionsPerAddress: 1 },
      user: { allowFrom: ['192.0.2.0/24'] },
    })
    using _first = await loginThrough(server.port, TEXT)
    assert.equal((await answer(server.port, TEXT)).length, 0)
    const refused = await recorded(server, { event: 'connection.refused' })
    assert.equal(refused.reason, 'too_many_connections_from_address')
    assert.equal(refused.proxy, '127.0.0.1')
    const socket = await Proxied.connect(server.port, lineFrom('203.0.113.9'))
    using other = await FtpClient.connect(server.port, { socket })
    assert.equal(await attempt(other, 'acme', PASSWORD), REFUSED)
    await recorded(server, { event: 'login.failed', reason: 'address_not_allowed' })
  })
})

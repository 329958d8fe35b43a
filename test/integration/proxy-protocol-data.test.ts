import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { answer, BINARY, behindProxy, TEXT, upload } from '../helpers/behind-proxy.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { lineFrom, loginThrough, Proxied } from '../helpers/proxied.js'
import { binaryHeader, ends6 } from '../helpers/proxy-header.js'
import { recorded } from '../helpers/recorded.js'

describe('behind a load balancer', () => {
  for (const header of [TEXT, BINARY])
    for (const max of ['TLSv1.2', 'TLSv1.3'] as const)
      test(`an upload that is cut is found, ${max}, header of ${header.length} bytes`, async () => {
        await using server = await behindProxy()
        const socket = await Proxied.connect(server.port, header)
        using client = await FtpClient.login(server.port, { socket, maxVersion: max })
        const through = await Proxied.connect(await client.passive(), header, 'together')
        const data = await client.data(0, { socket: through, maxVersion: max })
        const secured = once(data, 'secureConnect')
        assert.equal((await client.command('STOR f')).code, 150)
        await secured
        data.write(Buffer.alloc(40_000), () => through.tcp.end())
        assert.equal((await client.reply()).code, 426)
        await recorded(server, { event: 'file.upload_failed', reason: 'data_cut' })
      })

  test('a client by IPv6 whose load balancer speaks IPv4 to the server transfers', async () => {
    await using server = await behindProxy()
    const header = binaryHeader(0x21, 0x21, ends6)
    using client = await loginThrough(server.port, header)
    assert.equal((await upload(client, header, Buffer.from('six'))).code, 226)
    const { client: from } = await recorded(server, { event: 'file.uploaded' })
    assert.equal((from as { address: string }).address, '2001:db8::1')
  })

  test('a data connection of another client is foreign, and the right one still comes', async () => {
    await using server = await behindProxy()
    using client = await loginThrough(server.port, TEXT)
    const port = await client.passive()
    assert.equal((await answer(port, lineFrom('203.0.113.9'))).length, 0)
    const foreign = await recorded(server, { event: 'data.rejected', reason: 'foreign_address' })
    assert.deepEqual([foreign.address, foreign.proxy], ['203.0.113.9', '127.0.0.1'])
    assert.equal((await answer(port, 'PROXY nonsense\r\n')).length, 0)
    await recorded(server, { event: 'data.rejected', reason: 'proxy_header_malformed' })
    const socket = await client.data(0, { socket: await Proxied.connect(port, BINARY) })
    assert.equal((await client.command('LIST')).code, 150)
    socket.resume()
    assert.equal((await client.reply()).code, 226)
  })

  test('who has not said whom it comes from when the right one is there is cut off, which nobody is told of', async () => {
    await using server = await behindProxy()
    using client = await loginThrough(server.port, TEXT)
    const port = await client.passive()
    const silent = answer(port, TEXT.slice(0, 5))
    const socket = await client.data(0, { socket: await Proxied.connect(port, BINARY) })
    assert.equal((await client.command('LIST')).code, 150)
    socket.resume()
    assert.equal((await client.reply()).code, 226)
    assert.equal((await silent).length, 0)
    const events = (await server.audit()).map(({ event }) => event)
    assert.deepEqual(
      events.filter(event => String(event).startsWith('data.')),
      ['data.opened'],
    )
  })

  test('data connections may come directly', async () => {
    await using server = await behindProxy({ data: false, server: { listen: { host: '::', port: 0 } } })
    using client = await loginThrough(server.port, lineFrom('127.0.0.2'))
    const port = await client.passive()
    const socket = await client.data(port, {
      ...{ socket: undefined, host: '127.0.0.1', localAddress: '127.0.0.2' },
    } as object)
    assert.equal((await client.command('LIST')).code, 150)
    socket.resume()
    assert.equal((await client.reply()).code, 226)
    assert.equal('proxy' in (await recorded(server, { event: 'data.opened' })), false)
  })
})

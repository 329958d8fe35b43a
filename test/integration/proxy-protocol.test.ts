import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { attempt, REFUSED } from '../helpers/attempt.js'
import { closed } from '../helpers/closed.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { lineFrom, loginThrough, Proxied, type Sending } from '../helpers/proxied.js'
import { binaryHeader, ends4, ends6 } from '../helpers/proxy-header.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD, testServer } from '../helpers/server.js'

const CLIENT = '192.0.2.1'
const TEXT = lineFrom(CLIENT)
const BINARY = binaryHeader(0x21, 0x11, ends4)
/** What lets the connection stand for the load balancer itself. */
const LOCAL = binaryHeader(0x20, 0)

interface Options {
  readonly data?: boolean
  readonly server?: Readonly<Record<string, unknown>>
  readonly user?: Readonly<Record<string, unknown>>
}

/** A server behind a load balancer at 127.0.0.1; other loopback addresses are nobody's. */
const behindProxy = ({ data = true, server = {}, user = {} }: Options = {}) =>
  testServer({
    config: {
      server: {
        ...{ listen: { host: '127.0.0.1', port: 0 }, shutdownGrace: '1s', maxSessionsPerAddress: 500 },
        proxyProtocol: { from: ['127.0.0.1/32'], data },
        ...server,
      },
    },
    users: [user],
  })

/** All that the server says on a connection that sends these bytes. */
async function answer(port: number, bytes: Buffer | string, localAddress = '127.0.0.1'): Promise<Buffer> {
  const socket = connectTcp({ port, host: '127.0.0.1', localAddress })
  const received: Buffer[] = []
  socket.on('data', chunk => received.push(chunk))
  socket.write(bytes)
  await closed(socket)
  return Buffer.concat(received)
}

async function upload(client: FtpClient, header: Buffer | string, bytes: Buffer, sending?: Sending) {
  const through = await Proxied.connect(await client.passive(), header, sending)
  const socket = await client.data(0, { socket: through })
  assert.equal((await client.command('STOR f')).code, 150)
  if (socket.secureConnecting !== false) await once(socket, 'secureConnect')
  socket.resume().end(bytes)
  return await client.reply()
}

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

  test('PASV tells the address that the client reached', async () => {
    await using server = await behindProxy()
    using client = await loginThrough(server.port, TEXT)
    assert.match((await client.command('PASV')).text, /\(198,51,100,7,/)
    using six = await loginThrough(server.port, binaryHeader(0x21, 0x21, ends6))
    assert.equal((await six.command('PASV')).code, 425)
    assert.equal((await six.command('EPSV 2')).code, 229)
  })

  test('a client by IPv6 whose load balancer speaks IPv4 to the server transfers', async () => {
    await using server = await behindProxy()
    const header = binaryHeader(0x21, 0x21, ends6)
    using client = await loginThrough(server.port, header)
    assert.equal((await upload(client, header, Buffer.from('six'))).code, 226)
    const { client: from } = await recorded(server, { event: 'file.uploaded' })
    assert.equal((from as { address: string }).address, '2001:db8::1')
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

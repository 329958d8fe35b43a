import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { connect as connectTcp, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { closed } from '../helpers/closed.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'
import { stored } from '../helpers/stored.js'

const BIG = randomBytes(9_000_001)

describe('transfers', () => {
  test('of any size arrive as they were sent', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    for (const size of [0, 1, 1 << 14, 1 << 17, (1 << 17) + 1, 1 << 20, (1 << 20) + 1, BIG.length]) {
      const bytes = BIG.subarray(0, size)
      const stored = await client.upload('STOR a', bytes)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      assert.ok(stored.text.includes(`${size} bytes stored, SHA-256 ${sha256}`), stored.text)
      assert.ok((await readFile(join(server.home, 'a'))).equals(bytes), `up ${size}`)
      const got = await client.download('RETR a')
      assert.equal(got.reply.code, 226)
      assert.ok(got.bytes.equals(bytes), `down ${size}`)
    }
  })

  test('REST continues a download, for the very next transfer only', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    await client.upload('STOR a', '0123456789')
    const port = await client.passive()
    assert.equal((await client.command('REST 4')).code, 350)
    const socket = await client.data(port)
    assert.equal((await client.command('RETR a')).code, 150)
    assert.equal(Buffer.concat(await socket.toArray()).toString(), '456789')
    assert.equal((await client.reply()).code, 226)
    assert.equal((await client.download('RETR a')).bytes.toString(), '0123456789')
    await client.command('REST 11')
    assert.equal((await client.command('RETR a')).code, 554)
  })

  test('REST continues an upload, and the bytes before it stay', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    await client.upload('STOR a', '0123456789')
    const port = await client.passive()
    await client.command('REST 5')
    const socket = await client.data(port)
    assert.equal((await client.command('STOR a')).code, 150)
    socket.resume()
    socket.end('fghij')
    assert.equal((await client.reply()).code, 226)
    assert.equal((await readFile(join(server.home, 'a'))).toString(), '01234fghij')
  })

  test('APPE continues at the end, and makes a file that is not there', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    assert.equal((await client.upload('APPE a', 'one')).code, 226)
    assert.equal((await client.upload('APPE a', 'two')).code, 226)
    assert.equal((await readFile(join(server.home, 'a'))).toString(), 'onetwo')
  })

  test('STOU names the file in its first reply and never replaces one', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    const names = new Set<string>()
    for (let i = 0; i < 3; i++) {
      const socket = await client.data(await client.passive())
      const { code, text } = await client.command('STOU report')
      assert.equal(code, 150)
      names.add(/^FILE: (.+)$/.exec(text)?.[1] ?? '')
      socket.resume()
      socket.end(`${i}`)
      assert.equal((await client.reply()).code, 226)
    }
    assert.equal(names.size, 3)
    assert.deepEqual((await readdir(server.home)).sort(), [...names].sort())
    assert.match((await client.command('STOU')).text, /^FILE: /)
  })

  test('REST under TYPE A is refused at the transfer, unless nothing is converted', async () => {
    const users = [{}, { name: 'verbatim', home: 'acme', compat: { ascii: 'verbatim' } }]
    await using server = await testServer({ users })
    using client = await FtpClient.login(server.port)
    await client.upload('STOR f', 'a\nb\nc\n')
    for (const [user, code] of [
      ['acme', 554],
      ['verbatim', 226],
    ] as const) {
      using other = await FtpClient.login(server.port, { user })
      await other.command('TYPE A')
      assert.equal((await other.command('REST 4')).code, 350)
      const { bytes, reply } = await other.download('RETR f')
      assert.deepEqual([reply.code, bytes.toString()], [code, code === 226 ? 'c\n' : ''], user)
      await other.command('REST 4')
      assert.equal((await other.upload('STOR f', 'c\n')).code, code, user)
      assert.equal((await other.upload('APPE f', '')).code, 226, user)
    }
    assert.equal(await readFile(join(server.home, 'f'), 'utf8'), 'a\nb\nc\n')
  })

  test('TYPE A converts line ends, unless the user’s setting says not to', async () => {
    const users = [{}, { name: 'verbatim', home: 'acme', compat: { ascii: 'verbatim' } }]
    await using server = await testServer({ users })
    using client = await FtpClient.login(server.port)
    await client.command('TYPE A')
    assert.equal((await client.upload('STOR a', 'one\r\ntwo\rthree\r\n\r')).code, 226)
    assert.equal((await readFile(join(server.home, 'a'))).toString(), 'one\ntwo\rthree\n\r')
    assert.equal((await client.download('RETR a')).bytes.toString(), 'one\r\ntwo\rthree\r\n\r')
    using verbatim = await FtpClient.login(server.port, { user: 'verbatim' })
    await verbatim.command('TYPE A')
    assert.equal((await verbatim.download('RETR a')).bytes.toString(), 'one\ntwo\rthree\n\r')
  })

  test('a file replaced while it is read keeps sending the old version', async () => {
    await using server = await testServer()
    using reader = await FtpClient.login(server.port)
    using writer = await FtpClient.login(server.port)
    await writer.upload('STOR a', BIG)
    const socket = await reader.data(await reader.passive())
    assert.equal((await reader.command('RETR a')).code, 150)
    assert.equal((await writer.upload('STOR a', 'new')).code, 226)
    assert.ok(Buffer.concat(await socket.toArray()).equals(BIG))
    assert.equal((await reader.reply()).code, 226)
  })

  test('without PASV is 425 after the 150, and the session goes on', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    await client.upload('STOR a', 'x')
    assert.equal((await client.command('RETR a')).code, 150)
    assert.equal((await client.reply()).code, 425)
    assert.equal((await client.download('RETR a')).reply.code, 226)
  })
})

describe('while a transfer runs', () => {
  test('NOOP and STAT are answered, PWD and QUIT wait', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    const socket = await client.data(await client.passive())
    assert.equal((await client.command('STOR a')).code, 150)
    await new Promise<void>(resolve => socket.write('half', () => resolve()))
    assert.equal((await client.command('NOOP')).code, 200)
    assert.match((await client.command('STAT')).lines.join('\n'), /Transfer in progress, \d+ bytes so far/)
    client.send('PWD\r\nQUIT\r\n')
    socket.resume()
    socket.end(' and half')
    assert.equal((await client.reply()).code, 226)
    assert.equal((await client.reply()).code, 257)
    assert.equal((await client.reply()).code, 221)
    await client.ended()
    assert.equal((await readFile(join(server.home, 'a'))).toString(), 'half and half')
  })

  const aborts: [what: string, line: string | Buffer][] = [
    ['ABOR', 'ABOR\r\n'],
    ['ABOR behind Telnet IP and DM', Buffer.from('\xff\xf4\xff\xf2ABOR\r\n', 'latin1')],
    ['ABOR that overtakes what waits', 'PWD\r\nABOR\r\n'],
  ]
  for (const [what, line] of aborts)
    test(`${what}: 426, then 226, and the port is free again`, async () => {
      await using server = await testServer({ ports: 1 })
      using client = await FtpClient.login(server.port)
      await writeFile(join(server.home, 'big'), BIG)
      const socket = await client.data(await client.passive())
      assert.equal((await client.command('RETR big')).code, 150)
      await once(socket, 'readable')
      client.send(line)
      assert.equal((await client.reply()).code, 426)
      assert.equal((await client.reply()).code, 226)
      if (line.toString().startsWith('PWD')) assert.equal((await client.reply()).code, 257)
      socket.destroy()
      assert.equal((await client.upload('STOR a', 'x')).code, 226)
    })

  test('ABOR before the data connection came', async () => {
    await using server = await testServer({ ports: 1 })
    using client = await FtpClient.login(server.port)
    await client.passive()
    assert.equal((await client.command('STOR a')).code, 150)
    client.send('ABOR\r\n')
    assert.equal((await client.reply()).code, 426)
    assert.equal((await client.reply()).code, 226)
    assert.deepEqual(await readdir(server.home), [])
    assert.equal((await client.upload('STOR a', 'x')).code, 226)
  })
})

describe('an upload that is cut', () => {
  const cuts: [what: string, cut: (tcp: Socket, tls: TLSSocket) => void][] = [
    ['by an RST', tcp => tcp.resetAndDestroy()],
    ['by a bare FIN', tcp => tcp.end()],
    ['by a socket that is closed', (_tcp, tls) => tls.destroy()],
  ]
  for (const [what, cut] of cuts)
    test(`${what} leaves the old version under its name`, async () => {
      await using server = await testServer()
      using client = await FtpClient.login(server.port)
      assert.equal((await client.upload('STOR a', 'the old version')).code, 226)
      const tcp = connectTcp({ port: await client.passive(), host: '127.0.0.1', allowHalfOpen: true })
      await once(tcp, 'connect')
      const socket = await client.data(0, { socket: tcp })
      assert.equal((await client.command('STOR a')).code, 150)
      await new Promise<void>(resolve => socket.write(BIG, () => resolve()))
      cut(tcp, socket)
      assert.equal((await client.reply()).code, 426)
      socket.destroy()
      assert.equal((await readFile(join(server.home, 'a'))).toString(), 'the old version')
      assert.deepEqual(await stored(server.home), ['a'])
      const failed = (await server.audit()).find(({ event }) => event === 'file.upload_failed')
      assert.equal(failed?.reason, 'data_cut')
    })

  test('without a close_notify is taken where the user’s setting says so, and audited', async () => {
    await using server = await testServer({ users: [{ compat: { close: 'tolerant' } }] })
    using client = await FtpClient.login(server.port)
    const tcp = connectTcp({ port: await client.passive(), host: '127.0.0.1', allowHalfOpen: true })
    await once(tcp, 'connect')
    const socket = await client.data(0, { socket: tcp })
    assert.equal((await client.command('STOR a')).code, 150)
    await new Promise<void>(resolve => socket.write('from .NET', () => resolve()))
    tcp.end()
    assert.equal((await client.reply()).code, 226)
    socket.destroy()
    const stored = (await server.audit()).find(({ event }) => event === 'file.uploaded')
    assert.equal(stored?.close, 'cut')
  })

  test('with its control connection leaves the old version under its name', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    await client.upload('STOR a', 'the old version')
    const socket = await client.data(await client.passive())
    assert.equal((await client.command('STOR a')).code, 150)
    await new Promise<void>(resolve => socket.write(BIG.subarray(0, 100_000), () => resolve()))
    client.socket.destroy()
    await closed(socket)
    await server.portcullis.stop('test')
    assert.equal((await readFile(join(server.home, 'a'))).toString(), 'the old version')
    assert.deepEqual(await stored(server.home), ['a'])
  })
})

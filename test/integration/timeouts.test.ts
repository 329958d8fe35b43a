import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, truncate } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { plant } from '../helpers/plant.js'
import { recorded } from '../helpers/recorded.js'
import { testServer } from '../helpers/server.js'
import { stored } from '../helpers/stored.js'

const hasty = (timeouts: Readonly<Record<string, string>>, ports = 20) =>
  testServer({ config: { server: { listen: { host: '127.0.0.1', port: 0 }, timeouts } }, ports })

/** More than the buffers of two sockets hold. */
const LARGE = 64 << 20

describe('the control connection', () => {
  test('handshake: a client that says nothing is dropped', async () => {
    await using server = await hasty({ handshake: '150ms' })
    const socket = connectTcp({ host: '127.0.0.1', port: server.port })
    socket.on('error', () => {}).resume()
    await once(socket, 'close')
    await recorded(server, { event: 'tls.failed', reason: 'handshake_timeout' })
  })

  test('login: a client that does not log in is told and dropped', async () => {
    await using server = await hasty({ login: '150ms' })
    using client = await FtpClient.connect(server.port)
    client.send('NOOP\r\n')
    assert.equal((await client.reply()).code, 200)
    assert.match(await client.ended(), /^421 [^\r\n]*\r\n$/)
    await recorded(server, { event: 'session.ended', reason: 'login_timeout' })
  })

  test('login: one command after the other does not gain time', async () => {
    await using server = await hasty({ login: '150ms' })
    using client = await FtpClient.connect(server.port)
    let answered = 0
    await assert.rejects(async () => {
      for (; (await client.command('NOOP')).code === 200; answered++);
      throw new Error('sent away')
    })
    assert.ok(answered > 0)
    await recorded(server, { event: 'session.ended', reason: 'login_timeout' })
  })

  test('login: commands that are there before they are asked for do not gain time', async () => {
    await using server = await hasty({ login: '150ms' })
    using client = await FtpClient.connect(server.port)
    // Always a few ahead of the answers.
    client.send('NOOP\r\n'.repeat(50))
    client.socket.on('data', (text: string) => client.send('NOOP\r\n'.repeat(text.split('\n').length - 1)))
    assert.match(await client.ended(), /421 [^\r\n]*\r\n$/)
    await recorded(server, { event: 'session.ended', reason: 'login_timeout' })
  })

  test('idle: a client that sends no command is told and dropped', async () => {
    await using server = await hasty({ idle: '150ms' })
    using client = await FtpClient.login(server.port)
    assert.match(await client.ended(), /^421 [^\r\n]*\r\n$/)
    await recorded(server, { event: 'session.ended', reason: 'idle_timeout', user: 'acme' })
  })

  test('idle: a running transfer is not idle', async () => {
    await using server = await hasty({ idle: '300ms' })
    using client = await FtpClient.login(server.port)
    const socket = await client.data(await client.passive())
    assert.equal((await client.command('STOR f')).code, 150)
    socket.resume().write('first half, ')
    using idle = await FtpClient.login(server.port)
    assert.match(await idle.ended(), /^421 /)
    socket.end('second half')
    assert.equal((await client.reply()).code, 226)
    assert.deepEqual(await readdir(server.home), ['f'])
  })
})

describe('the data connection', () => {
  test('dataConnect: none comes', async () => {
    await using server = await hasty({ dataConnect: '150ms' })
    await plant(server.home, { f: 'x' })
    using client = await FtpClient.login(server.port)
    for (const line of ['RETR f', 'STOR new', 'LIST']) {
      await client.passive()
      assert.equal((await client.command(line)).code, 150, line)
      assert.equal((await client.reply()).code, 425, line)
    }
    assert.deepEqual(await readdir(server.home), ['f'])
    assert.equal((await client.download('RETR f')).reply.code, 226)
  })

  test('handshake: one comes and says nothing', async () => {
    await using server = await hasty({ dataConnect: '150ms', handshake: '150ms' })
    using client = await FtpClient.login(server.port)
    const silent = connectTcp({ host: '127.0.0.1', port: await client.passive() })
    await once(silent, 'connect')
    assert.equal((await client.command('STOR f')).code, 150)
    assert.equal((await client.reply()).code, 522)
    silent.destroy()
    assert.deepEqual(await readdir(server.home), [])
    assert.equal((await client.upload('STOR f', 'x')).code, 226)
  })

  test('dataStall: an upload from which nothing more comes leaves the old file', async () => {
    await using server = await hasty({ dataStall: '200ms' })
    await plant(server.home, { f: 'old' })
    using client = await FtpClient.login(server.port)
    for (const line of ['STOR f', 'STOR new']) {
      const socket = await client.data(await client.passive())
      assert.equal((await client.command(line)).code, 150)
      socket.resume().write('some')
      assert.equal((await client.reply()).code, 426)
      socket.destroy()
    }
    assert.deepEqual(await stored(server.home), ['f'])
    assert.equal((await client.download('RETR f')).bytes.toString(), 'old')
    await recorded(server, { event: 'file.upload_failed', path: '/new', reason: 'data_stalled' })
  })

  test('dataStall: a download that nobody reads is ended', async () => {
    await using server = await hasty({ dataStall: '200ms' })
    await plant(server.home, { f: '', small: 'x' })
    await truncate(join(server.home, 'f'), LARGE)
    using client = await FtpClient.login(server.port)
    const socket = await client.data(await client.passive())
    assert.equal((await client.command('RETR f')).code, 150)
    assert.equal((await client.reply()).code, 426)
    socket.destroy()
    await recorded(server, { event: 'file.download_failed', path: '/f', reason: 'data_stalled' })
    assert.equal((await client.download('RETR small')).reply.code, 226)
  })

  test('a port that was asked for and is not used goes back by itself', async () => {
    await using server = await hasty({ dataConnect: '100ms' }, 1)
    using client = await FtpClient.login(server.port)
    using other = await FtpClient.login(server.port)
    const held = connectTcp({ host: '127.0.0.1', port: await client.passive() })
    held.on('error', () => {}).resume()
    assert.equal((await other.command('EPSV')).code, 425)
    await once(held, 'close')
    // The one who asked is told the same; by then a worker has told the main thread too.
    assert.equal((await client.command('NLST')).code, 150)
    assert.equal((await client.reply()).code, 425)
    assert.equal((await other.upload('STOR f', 'x')).code, 226)
  })
})

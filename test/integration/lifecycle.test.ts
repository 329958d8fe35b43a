import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { connect as connectTcp, createServer } from 'node:net'
import { describe, test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { plant } from '../helpers/plant.js'
import { recorded } from '../helpers/recorded.js'
import { beginDownload, beginUpload, plantLarge } from '../helpers/running-transfer.js'
import { testServer } from '../helpers/server.js'
import { stored } from '../helpers/stored.js'

const patient = (shutdownGrace: string) =>
  testServer({ config: { server: { listen: { host: '127.0.0.1', port: 0 }, shutdownGrace } } })

describe('stop', () => {
  test('sends idle sessions away, and lets a running transfer finish', async () => {
    await using server = await patient('15s')
    using greeted = await FtpClient.connect(server.port)
    using idle = await FtpClient.login(server.port)
    using waiting = await FtpClient.login(server.port)
    await waiting.passive()
    using busy = await FtpClient.login(server.port)
    const socket = await beginUpload(server, busy, 'f')
    const stopped = server.portcullis.stop('test')
    for (const client of [greeted, idle, waiting]) assert.match(await client.ended(), /^421 [^\r\n]*\r\n$/)
    const refused = connectTcp({ host: '127.0.0.1', port: server.port })
    assert.equal(((await once(refused, 'error')) as [NodeJS.ErrnoException])[0].code, 'ECONNREFUSED')
    assert.equal((await busy.command('NOOP')).code, 200)
    socket.end(', the rest')
    assert.equal((await busy.reply()).code, 226)
    assert.match(await busy.ended(), /^421 [^\r\n]*\r\n$/)
    await stopped
    assert.deepEqual(await readdir(server.home), ['f'])
    const names = (await server.audit()).map(({ event }) => event)
    assert.ok(names.indexOf('server.stopping') < names.indexOf('file.uploaded'))
    assert.equal(names.at(-1), 'server.stopped')
  })

  test('drops commands that wait behind the transfer', async () => {
    await using server = await patient('15s')
    using busy = await FtpClient.login(server.port)
    using idle = await FtpClient.login(server.port)
    const socket = await beginUpload(server, busy, 'f')
    busy.send('MKD d\r\nRETR f\r\n')
    const stopped = server.portcullis.stop('test')
    await idle.ended()
    socket.end()
    assert.equal((await busy.reply()).code, 226)
    assert.match(await busy.ended(), /^421 [^\r\n]*\r\n$/)
    await stopped
    assert.deepEqual(await readdir(server.home), ['f'])
  })

  test('aborts what still runs after the grace, and the old file is there', async () => {
    await using server = await patient('100ms')
    await plant(server.home, { f: 'old' })
    using upload = await FtpClient.login(server.port)
    using waiting = await FtpClient.login(server.port)
    const socket = await beginUpload(server, upload, 'f')
    await waiting.passive()
    assert.equal((await waiting.command('STOR g')).code, 150)
    await server.portcullis.stop('test')
    for (const client of [upload, waiting]) {
      assert.equal((await client.reply()).code, 426)
      assert.match(await client.ended(), /^421 [^\r\n]*\r\n$/)
    }
    socket.destroy()
    assert.deepEqual(await stored(server.home), ['f'])
    const { reason } = await recorded(server, { event: 'file.upload_failed', path: '/f' })
    assert.equal(reason, 'shutting_down')
  })

  test('with no grace aborts at once, and a second stop is the same one', async () => {
    await using server = await patient('0s')
    using client = await FtpClient.login(server.port)
    const socket = await beginUpload(server, client, 'f')
    await Promise.all([server.portcullis.stop('one'), server.portcullis.stop('two')])
    assert.equal((await client.reply()).code, 426)
    socket.destroy()
    const signals = (await server.audit()).filter(({ event }) => event === 'server.stopping')
    assert.deepEqual(
      signals.map(({ signal }) => signal),
      ['one'],
    )
  })

  test('drops a connection that is in its handshake', async () => {
    await using server = await patient('15s')
    const silent = connectTcp({ host: '127.0.0.1', port: server.port })
    silent.on('error', () => {}).resume()
    await recorded(server, { event: 'connection.accepted' })
    const closed = once(silent, 'close')
    await Promise.all([server.portcullis.stop('test'), closed])
  })

  test('ends handshakes under way, which is told of before its own end and is nobody’s failure', async () => {
    await using server = await testServer({
      config: { auth: { limits: { handshakeFailuresPerAddress: { max: 1 } } } },
    })
    const halfway = connectTcp({ host: '127.0.0.1', port: server.port })
    halfway.on('error', () => {}).resume()
    // A record that says it has 512 bytes, and one of them.
    halfway.write(Buffer.from([22, 3, 1, 2, 0, 1]))
    await recorded(server, { event: 'connection.accepted' })
    await server.portcullis.stop('test')
    const told = (await server.audit()).map(({ event, reason }) => [event, reason].filter(Boolean).join(' '))
    assert.deepEqual(told.slice(-3), ['server.stopping', 'tls.failed shutting_down', 'server.stopped'])
  })
})

test('a server that was stopped leaves no listener, port or descriptor, whatever its clients did', async () => {
  // What the process opens once and keeps is open after the first time.
  await story()
  const before = descriptors()
  await story()
  assert.deepEqual(descriptors(), before)
})

async function story(): Promise<void> {
  await using server = await patient('15s')
  await plant(server.home, { 'd/e/': '' })
  await plantLarge(server.home)
  const clients: FtpClient[] = []
  const login = async () => {
    const client = await FtpClient.login(server.port)
    clients.push(client)
    return client
  }
  const proper = await login()
  assert.equal((await proper.upload('STOR d/e/f', 'bytes')).code, 226)
  assert.equal((await proper.download('RETR small')).reply.code, 226)
  assert.equal((await proper.download('LIST d')).reply.code, 226)
  assert.equal((await proper.command('RETR absent')).code, 550)
  await proper.passive()

  const goneInUpload = await login()
  const upload = await beginUpload(server, goneInUpload, 'gone')
  const goneInDownload = await login()
  const download = await beginDownload(goneInDownload, 'large')
  const gone = await login()
  await gone.passive()
  const goneWaiting = await login()
  await goneWaiting.passive()
  assert.equal((await goneWaiting.command('RETR large')).code, 150)
  const lostData = await login()
  ;(await beginUpload(server, lostData, 'lost')).destroy()
  assert.equal((await lostData.reply()).code, 426)
  // Whoever is gone in the middle of something is noticed: the grace is far longer than a test.
  for (const socket of [upload, download, goneInUpload.socket, goneInDownload.socket]) socket.destroy()
  for (const { socket } of [gone, goneWaiting]) socket.destroy()

  const closed = clients.map(({ socket }) => socket.closed || once(socket, 'close'))
  await server.portcullis.stop('test')
  await Promise.all(closed)
  assert.deepEqual(await stored(server.home), ['d', 'large', 'small'])
  const free = createServer().listen(server.port, '127.0.0.1')
  await once(free, 'listening')
  free.close()
  await once(free, 'close')
}

/** What the process has open, by kind. */
function descriptors(): string[] {
  const targets = readdirSync('/proc/self/fd').map(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).replace(/\[\d+\]$/, '')
    } catch {
      // The handle on the folder that was just read.
      return ''
    }
  })
  return targets.filter(target => target !== '').sort()
}

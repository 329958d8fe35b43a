import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { describe, test } from 'node:test'
import { connect } from 'node:tls'
import { attempt, REFUSED } from '../helpers/attempt.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD, testServer } from '../helpers/server.js'

describe('a stranger', () => {
  test('who sends ten commands that are none, or too early, is sent away', async () => {
    await using server = await testServer()
    for (const line of ['NONSENSE', 'RETR /etc/passwd', '', 'PASV', `CWD ${'x'.repeat(600)}`]) {
      using client = await FtpClient.connect(server.port)
      client.send(`${line}\r\n`.repeat(11))
      for (let i = 0; i < 10; i++) assert.ok((await client.reply()).code >= 500, line)
      assert.match(await client.ended(), /^421 [^\r\n]*\r\n$/, line)
    }
    const ends = (await server.audit()).filter(({ event }) => event === 'session.ended')
    assert.deepEqual(
      ends.map(({ reason }) => reason),
      Array(5).fill('protocol_abuse'),
    )
  })

  test('who logs in after nine may go on making mistakes', async () => {
    await using server = await testServer()
    using client = await FtpClient.connect(server.port)
    for (let i = 0; i < 9; i++) assert.equal((await client.command('NONSENSE')).code, 500)
    assert.equal(await attempt(client, 'acme', PASSWORD), '230 Logged in.')
    for (let i = 0; i < 20; i++) assert.equal((await client.command('NONSENSE')).code, 500)
  })

  for (const line of [
    'GET / HTTP/1.1',
    'POST /upload HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'PRI * HTTP/2.0',
    'get / http/1.0',
    'EHLO mail.example.org',
    'HELO x',
    'MAIL FROM:<a@b>',
    'a1 LOGIN user password',
    '* CAPABILITY',
    'CAPA',
    'Host: ftp.example.com',
    'SSH-2.0-OpenSSH_9.9',
    'BREW /pot HTTP/1.1',
  ])
    test(`who speaks another protocol gets no word: ${line}`, async () => {
      await using server = await testServer()
      using client = await FtpClient.connect(server.port)
      client.send(`${line}\r\nUSER acme\r\nPASS ${PASSWORD}\r\n`)
      assert.equal(await client.ended(), '')
      await recorded(server, { event: 'session.ended', reason: 'foreign_protocol' })
      assert.deepEqual(
        (await server.audit()).filter(({ event }) => String(event).startsWith('login')),
        [],
      )
    })

  test('whose name is a word of another protocol is no stranger', async () => {
    await using server = await testServer({ users: [{ name: 'login' }] })
    using client = await FtpClient.login(server.port, { user: 'login' })
    assert.equal((await client.command('NOOP')).code, 200)
  })

  test('whose name is long is shortened in the log', async () => {
    await using server = await testServer()
    using client = await FtpClient.connect(server.port)
    assert.equal(await attempt(client, 'x'.repeat(400), 'wrong'), REFUSED)
    const { attemptedUser } = await recorded(server, { event: 'login.failed' })
    assert.equal(attemptedUser, `${'x'.repeat(63)}…`)
  })

  test('who speaks clear text gets no word of FTP', async () => {
    await using server = await testServer()
    const socket = connectTcp({ host: '127.0.0.1', port: server.port })
    const received: Buffer[] = []
    socket.on('error', () => {}).on('data', chunk => received.push(chunk))
    socket.write(`USER acme\r\nPASS ${PASSWORD}\r\n`)
    await once(socket, 'close')
    assert.doesNotMatch(Buffer.concat(received).toString('latin1'), /\d{3} |ready/)
    await recorded(server, { event: 'tls.failed', reason: 'handshake_failed' })
    const tls = connect({ host: '127.0.0.1', port: server.port, rejectUnauthorized: false })
    await once(tls, 'secureConnect')
    tls.destroy()
  })
})

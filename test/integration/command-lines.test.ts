import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { PASSWORD, testServer } from '../helpers/server.js'

describe('commands and records', () => {
  test('a command split over many TLS records is one command', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    for (const byte of 'PWD\r\n') {
      await new Promise<void>(resolve => client.socket.write(byte, () => resolve()))
    }
    assert.equal((await client.reply()).code, 257)
  })

  test('several commands in one record are answered in order, one reply each', async () => {
    await using server = await testServer()
    using client = await FtpClient.connect(server.port)
    client.send(`USER acme\r\nPASS ${PASSWORD}\r\nNOOP\r\nMKD d\r\nCWD d\r\nPWD\nSYST\r\nQUIT\r\n`)
    const codes: number[] = []
    for (let i = 0; i < 8; i++) codes.push((await client.reply()).code)
    assert.deepEqual(codes, [331, 230, 200, 257, 250, 257, 215, 221])
    assert.equal(await client.ended(), '')
  })

  test('commands sent behind a transfer command wait for its end', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    await client.upload('STOR a', 'x'.repeat(100_000))
    const socket = await client.data(await client.passive())
    client.send('RETR a\r\nNOOP\r\nPWD\r\n')
    socket.resume()
    const codes: number[] = []
    for (let i = 0; i < 4; i++) codes.push((await client.reply()).code)
    assert.deepEqual(codes, [150, 226, 200, 257])
  })

  test('more commands than may wait are slowed down, not lost', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    client.send('NOOP\r\n'.repeat(1000))
    for (let i = 0; i < 1000; i++) assert.equal((await client.reply()).code, 200)
  })
})

describe('what is refused', () => {
  test('a line over the limit, once, and the next one is answered', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    assert.equal((await client.command(`CWD ${'x'.repeat(5000)}`)).code, 500)
    assert.equal((await client.command('NOOP')).code, 200)
  })

  test('an endless line ends the session', async () => {
    await using server = await testServer()
    using client = await FtpClient.connect(server.port)
    client.send('x'.repeat(100_000))
    assert.match(await client.ended(), /^421 /)
    assert.equal((await server.audit()).at(-1)?.reason, 'protocol_abuse')
  })
})

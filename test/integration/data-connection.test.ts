import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { describe, test } from 'node:test'
import type { ConnectionOptions } from 'node:tls'
import { closed } from '../helpers/closed.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'

const versions: [name: string, options: ConnectionOptions][] = [
  ['TLS 1.2', { maxVersion: 'TLSv1.2' }],
  ['TLS 1.3', { minVersion: 'TLSv1.3' }],
]

for (const [name, tls] of versions)
  describe(`the data connection, ${name}`, () => {
    test('belongs to its session: another session’s ticket is refused', async () => {
      await using server = await testServer()
      using client = await FtpClient.login(server.port, tls)
      using other = await FtpClient.login(server.port, tls)
      await client.upload('STOR secret', 'for one only')
      await other.upload('STOR own', 'x')
      const socket = await client.data(await client.passive(), { ticket: other.ticket ?? null })
      const chunks: Buffer[] = []
      socket.on('data', chunk => chunks.push(chunk))
      assert.equal((await client.command('RETR secret')).code, 150)
      const reply = await client.reply()
      assert.equal(reply.code, 522)
      assert.match(reply.text, /dataSession: require/)
      assert.equal(Buffer.concat(chunks).length, 0)
      const rejected = (await server.audit()).find(({ event }) => event === 'data.rejected')
      assert.equal(rejected?.reason, 'not_resumed')
      assert.equal(rejected?.user, 'acme')
      assert.match(String(rejected?.remedy), /dataSession: prefer/)
    })

    test('a fresh handshake is refused, and the session goes on', async () => {
      await using server = await testServer()
      using client = await FtpClient.login(server.port, tls)
      const socket = await client.data(await client.passive(), { ticket: null })
      socket.resume()
      assert.equal((await client.command('STOR new')).code, 150)
      assert.equal((await client.reply()).code, 522)
      assert.equal((await client.command('SIZE new')).code, 550)
      assert.equal((await client.upload('STOR new', 'now resumed')).code, 226)
    })

    test('a fresh handshake is taken where the user’s setting says so', async () => {
      await using server = await testServer({ users: [{ compat: { dataSession: 'prefer' } }] })
      using client = await FtpClient.login(server.port, tls)
      const socket = await client.data(await client.passive(), { ticket: null })
      assert.equal((await client.command('STOR new')).code, 150)
      socket.resume()
      socket.end('hello')
      assert.equal((await client.reply()).code, 226)
      const opened = (await server.audit()).find(({ event }) => event === 'data.opened')
      assert.equal(opened?.resumed, false)
    })

    test('may do its handshake before the command or after the 150', async () => {
      await using server = await testServer()
      using client = await FtpClient.login(server.port, tls)
      await client.upload('STOR a', 'x')
      const early = await client.data(await client.passive())
      await once(early, 'secureConnect')
      early.resume()
      assert.equal((await client.command('RETR a')).code, 150)
      assert.equal((await client.reply()).code, 226)
      const port = await client.passive()
      const tcp = connectTcp(port, '127.0.0.1')
      await once(tcp, 'connect')
      assert.equal((await client.command('RETR a')).code, 150)
      const late = await client.data(port, { socket: tcp })
      late.resume()
      assert.equal((await client.reply()).code, 226)
    })
  })

describe('strangers at the passive port', () => {
  test('from another address are dropped and audited, and disturb nothing', async () => {
    await using server = await testServer({ ports: 1 })
    using client = await FtpClient.login(server.port)
    const port = await client.passive()
    for (let i = 2; i < 6; i++) {
      const stranger = connectTcp({ port, host: '127.0.0.1', localAddress: `127.0.0.${i}` })
      await closed(stranger)
    }
    const socket = await client.data(port)
    assert.equal((await client.command('STOR a')).code, 150)
    socket.resume()
    socket.end('mine')
    assert.equal((await client.reply()).code, 226)
    const rejected = (await server.audit()).filter(({ event }) => event === 'data.rejected')
    assert.deepEqual(
      rejected.map(({ reason, address }) => [reason, address]),
      [2, 3, 4, 5].map(i => ['foreign_address', `127.0.0.${i}`]),
    )
  })

  test('from the same address, silent or talking nonsense, do not take the place either', async () => {
    await using server = await testServer({ ports: 1 })
    using client = await FtpClient.login(server.port)
    const port = await client.passive()
    const silent = connectTcp(port, '127.0.0.1')
    const loud = connectTcp(port, '127.0.0.1')
    const silentClosed = closed(silent)
    await Promise.all([once(silent, 'connect'), once(loud, 'connect')])
    loud.write('GET / HTTP/1.1\r\n\r\n')
    await closed(loud)
    const socket = await client.data(port)
    assert.equal((await client.command('STOR a')).code, 150)
    socket.resume()
    socket.end('mine')
    assert.equal((await client.reply()).code, 226)
    await silentClosed
  })

  test('in any number, silent, do not keep the right one out', async () => {
    await using server = await testServer({ ports: 1 })
    using client = await FtpClient.login(server.port)
    const port = await client.passive()
    const ends: Promise<void>[] = []
    for (let i = 0; i < 40; i++) {
      const silent = connectTcp(port, '127.0.0.1')
      await once(silent, 'connect')
      ends.push(closed(silent))
    }
    const socket = await client.data(port)
    assert.equal((await client.command('STOR a')).code, 150)
    socket.resume()
    await once(socket, 'secureConnect')
    socket.end('mine')
    assert.equal((await client.reply()).code, 226)
    await Promise.all(ends)
  })

  test('after the right one came, nobody is listened to', async () => {
    await using server = await testServer({ ports: 1 })
    using client = await FtpClient.login(server.port)
    const port = await client.passive()
    const mine = await client.data(port)
    await once(mine, 'secureConnect')
    // Refused, or dropped if it came in the moment before.
    await closed(connectTcp(port, '127.0.0.1'))
    assert.equal((await client.command('STOR a')).code, 150)
    mine.resume()
    mine.end('mine')
    assert.equal((await client.reply()).code, 226)
  })
})

describe('the passive range', () => {
  test('of one port serves 30 transfers in a row', async () => {
    await using server = await testServer({ ports: 1 })
    using client = await FtpClient.login(server.port)
    for (let i = 0; i < 30; i++) {
      assert.equal((await client.upload('STOR a', `${i}`)).code, 226)
      assert.equal((await client.download('RETR a')).bytes.toString(), `${i}`)
    }
  })

  test('of one port serves two clients in turn', async () => {
    await using server = await testServer({ ports: 1 })
    using one = await FtpClient.login(server.port)
    using two = await FtpClient.login(server.port)
    for (let i = 0; i < 5; i++) {
      assert.equal((await one.upload('STOR a', 'one')).code, 226)
      assert.equal((await two.upload('STOR b', 'two')).code, 226)
    }
  })

  test('is not used up by one session that asks again and again', async () => {
    await using server = await testServer({ ports: 2 })
    using greedy = await FtpClient.login(server.port)
    using other = await FtpClient.login(server.port)
    for (let i = 0; i < 20; i++) assert.equal((await greedy.command('PASV')).code, 227)
    assert.equal((await other.upload('STOR a', 'x')).code, 226)
  })

  test('used up is told at once, and a port given back is used again', async () => {
    await using server = await testServer({ ports: 1 })
    using one = await FtpClient.login(server.port)
    using two = await FtpClient.login(server.port)
    await one.passive()
    assert.equal((await two.command('EPSV')).code, 425)
    assert.equal((await one.command('QUIT')).code, 221)
    await one.ended()
    assert.equal((await two.upload('STOR a', 'x')).code, 226)
  })

  test('PASV tells the configured address, by network', async () => {
    const overrides = [{ networks: ['127.0.0.2/32'], address: '10.0.0.5' }]
    await using server = await testServer({
      config: { passive: { publicAddress: '203.0.113.7', overrides } },
    })
    using outside = await FtpClient.login(server.port)
    assert.match((await outside.command('PASV')).text, /\(203,0,113,7,\d+,\d+\)/)
    using inside = await FtpClient.login(server.port, { localAddress: '127.0.0.2' } as ConnectionOptions)
    assert.match((await inside.command('PASV')).text, /\(10,0,0,5,\d+,\d+\)/)
  })

  test('over IPv6: EPSV works, PASV says why not', async () => {
    await using server = await testServer({ config: { server: { listen: { host: '::', port: 0 } } } })
    using client = await FtpClient.login(server.port, { host: '::1' })
    assert.equal((await client.command('PASV')).code, 425)
    assert.equal((await client.command('EPSV 1')).code, 522)
    assert.equal((await client.command('EPSV 2')).code, 229)
    assert.equal((await client.upload('STOR a', 'six')).code, 226)
    using four = await FtpClient.login(server.port)
    assert.match((await four.command('PASV')).text, /\(127,0,0,1,/)
    assert.equal((await four.download('RETR a')).bytes.toString(), 'six')
  })
})

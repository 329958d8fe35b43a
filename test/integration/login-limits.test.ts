import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { describe, test } from 'node:test'
import { attempt, failures, REFUSED } from '../helpers/attempt.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'

/** Connects, and expects to be dropped before the handshake. */
async function dropped(server: TestServer, options: { localAddress?: string } = {}): Promise<void> {
  const socket = connectTcp({ host: '127.0.0.1', port: server.port, ...options })
  const received: Buffer[] = []
  socket.on('error', () => {}).on('data', chunk => received.push(chunk))
  await once(socket, 'close')
  assert.deepEqual(received, [])
}

/** A place is free when the connection is closed on both ends, which comes after the record: refused till then. */
async function admitted({ port }: TestServer): Promise<FtpClient> {
  for (;;) {
    const client = await FtpClient.login(port).catch(() => undefined)
    if (client) return client
  }
}

describe('limits', () => {
  const limited = (limits: Record<string, unknown>) =>
    testServer({ users: [{}, { name: 'other' }], config: { auth: { limits } } })

  test('too many failures of a user from an address stop that pair only', async () => {
    await using server = await limited({ failuresPerUserAndAddress: { max: 3 } })
    using client = await FtpClient.connect(server.port)
    for (let i = 0; i < 3; i++) assert.equal(await attempt(client, 'acme', 'wrong'), REFUSED)
    assert.equal(await attempt(client, 'acme', PASSWORD), REFUSED)
    assert.equal(await attempt(client, 'other', PASSWORD), '230 Logged in.')
    using _elsewhere = await FtpClient.login(server.port, { localAddress: '127.0.0.2' })
    assert.deepEqual(await failures(server), [...Array(3).fill('wrong_password'), 'too_many_failures'])
  })

  test('a right password clears the count', async () => {
    await using server = await limited({ failuresPerUserAndAddress: { max: 2 } })
    using client = await FtpClient.connect(server.port)
    for (let i = 0; i < 3; i++) {
      assert.equal(await attempt(client, 'acme', 'wrong'), REFUSED)
      assert.equal(await attempt(client, 'acme', PASSWORD), '230 Logged in.')
    }
  })

  test('too many failures of an address ban it, whoever the users were', async () => {
    await using server = await limited({ failuresPerAddress: { max: 3 } })
    using client = await FtpClient.connect(server.port)
    for (const user of ['a', 'b', 'c']) assert.equal(await attempt(client, user, 'wrong'), REFUSED)
    const { address, seconds } = await recorded(server, { event: 'address.banned' })
    assert.deepEqual([address, seconds], ['127.0.0.1', 900])
    assert.equal(await attempt(client, 'acme', PASSWORD), REFUSED)
    await dropped(server)
    await recorded(server, { event: 'connection.refused', reason: 'banned' })
    using _elsewhere = await FtpClient.login(server.port, { localAddress: '127.0.0.2' })
  })

  test('a user has no more sessions than allowed', async () => {
    await using server = await testServer({ users: [{ limits: { sessions: 2 } }] })
    using first = await FtpClient.login(server.port)
    using _second = await FtpClient.login(server.port)
    using third = await FtpClient.connect(server.port)
    assert.equal(await attempt(third, 'acme', PASSWORD), REFUSED)
    assert.deepEqual(await failures(server), ['too_many_sessions'])
    assert.equal((await first.command('QUIT')).code, 221)
    await first.ended()
    assert.equal(await attempt(third, 'acme', PASSWORD), '230 Logged in.')
    // Logging in again takes the place that logging out gave back.
    assert.equal(await attempt(third, 'acme', PASSWORD), '230 Logged in.')
  })

  test('an address has no more connections than allowed', async () => {
    const listen = { host: '127.0.0.1', port: 0 }
    await using server = await testServer({ config: { server: { listen, maxSessionsPerAddress: 2 } } })
    using first = await FtpClient.connect(server.port)
    using _second = await FtpClient.connect(server.port)
    await dropped(server)
    await recorded(server, { event: 'connection.refused', reason: 'too_many_connections_from_address' })
    using _elsewhere = await FtpClient.login(server.port, { localAddress: '127.0.0.2' })
    assert.equal((await first.command('QUIT')).code, 221)
    await recorded(server, { event: 'session.ended', reason: 'quit' })
    using _third = await admitted(server)
  })

  test('all addresses together have no more connections than allowed', async () => {
    const listen = { host: '127.0.0.1', port: 0 }
    const config = { server: { listen, maxSessions: 2, maxSessionsPerAddress: 2 } }
    await using server = await testServer({ config })
    using _first = await FtpClient.connect(server.port)
    using _second = await FtpClient.connect(server.port, { localAddress: '127.0.0.2' })
    await dropped(server, { localAddress: '127.0.0.3' })
    await recorded(server, { event: 'connection.refused', reason: 'too_many_connections' })
  })

  test('an address connects no more often than allowed', async () => {
    await using server = await limited({ connectionsPerAddress: { max: 2 } })
    for (let i = 0; i < 2; i++) {
      using client = await FtpClient.connect(server.port)
      assert.equal((await client.command('QUIT')).code, 221)
    }
    await dropped(server)
    await recorded(server, { event: 'connection.refused', reason: 'connection_rate' })
    using _elsewhere = await FtpClient.login(server.port, { localAddress: '127.0.0.2' })
  })
})

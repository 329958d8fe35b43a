import assert from 'node:assert/strict'
import { attempt, failures, REFUSED } from '../helpers/attempt.js'
import { testWith } from '../helpers/client-program.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { RedisServer } from '../helpers/redis.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'

const testRedis = testWith('redis-server')
const LIMITS = { connectionsPerAddress: { max: 100_000 } }

const sharing = (redis: RedisServer, auth: Record<string, unknown> = {}): Promise<TestServer> =>
  testServer({
    users: [{}, { name: 'other' }],
    config: { auth: { store: redis.url, limits: LIMITS, ...auth } },
  })

/** The records of these events, with whatever is said about them. */
const outages = async (server: TestServer) =>
  (await server.audit())
    .filter(({ event }) => String(event).startsWith('limits.'))
    .map(({ event, onFailure }) => [event, onFailure])

testRedis('servers that share a store share failures, bans and their lifting', async () => {
  await using redis = await RedisServer.start()
  const limits = { ...LIMITS, failuresPerAddress: { max: 4 } }
  await using one = await sharing(redis, { limits })
  await using two = await sharing(redis, { limits })
  const localAddress = '127.0.0.2'
  using guesser = await FtpClient.connect(one.port, { localAddress })
  using guesserToo = await FtpClient.connect(two.port, { localAddress })
  for (const user of ['a', 'b']) {
    assert.equal(await attempt(guesser, user, 'wrong'), REFUSED)
    assert.equal(await attempt(guesserToo, user, 'wrong'), REFUSED)
  }
  for (const client of [guesser, guesserToo]) assert.equal(await attempt(client, 'acme', PASSWORD), REFUSED)
  for (const server of [one, two]) assert.equal((await failures(server)).at(-1), 'banned')
  const banned = [...(await one.audit()), ...(await two.audit())].filter(
    ({ event }) => event === 'address.banned',
  )
  assert.equal(banned.length, 1)
  const bans = await two.portcullis.bans.list()
  assert.deepEqual(
    bans.map(({ address, times }) => [address, times]),
    [[localAddress, 1]],
  )
  assert.ok(Math.abs((bans[0]?.until.getTime() ?? 0) - Date.now() - 900_000) < 60_000)
  assert.equal(await two.portcullis.bans.lift(localAddress), true)
  assert.deepEqual(await one.portcullis.bans.list(), [])
  assert.equal(await attempt(guesser, 'acme', PASSWORD), '230 Logged in.')
})

testRedis(
  'a pair blocked on one server is blocked on the other, a known address is known there',
  async () => {
    await using redis = await RedisServer.start()
    const limits = { ...LIMITS, failuresPerUserAndAddress: { max: 2 }, failuresPerUser: { max: 2 } }
    await using one = await sharing(redis, { limits })
    await using two = await sharing(redis, { limits })
    using _partner = await FtpClient.login(one.port)
    using guesser = await FtpClient.connect(one.port, { localAddress: '127.0.0.2' })
    for (let i = 0; i < 2; i++) assert.equal(await attempt(guesser, 'acme', 'wrong'), REFUSED)
    using guesserToo = await FtpClient.connect(two.port, { localAddress: '127.0.0.2' })
    assert.equal(await attempt(guesserToo, 'acme', PASSWORD), REFUSED)
    using stranger = await FtpClient.connect(two.port, { localAddress: '127.0.0.3' })
    assert.equal(await attempt(stranger, 'acme', PASSWORD), REFUSED)
    assert.deepEqual(await failures(two), ['too_many_failures', 'user_blocked'])
    using _partnerToo = await FtpClient.login(two.port)
  },
)

for (const onStoreFailure of ['closed', 'open'] as const)
  testRedis(`a store that goes away and comes back, ${onStoreFailure}`, async () => {
    await using redis = await RedisServer.start()
    const limits = { ...LIMITS, failuresPerUserAndAddress: { max: 2 } }
    await using server = await sharing(redis, { onStoreFailure, limits })
    using client = await FtpClient.login(server.port)
    await redis.stop()
    await recorded(server, {
      event: 'limits.unavailable',
      reason: 'limiter_unavailable',
      onFailure: onStoreFailure,
    })
    if (onStoreFailure === 'closed') {
      assert.equal(await attempt(client, 'acme', PASSWORD), REFUSED)
      assert.deepEqual(await failures(server), ['limiter_unavailable'])
      await assert.rejects(FtpClient.connect(server.port))
      await recorded(server, { event: 'connection.refused', reason: 'limiter_unavailable' })
    } else {
      using other = await FtpClient.login(server.port)
      for (let i = 0; i < 2; i++) assert.equal(await attempt(other, 'acme', 'wrong'), REFUSED)
      assert.equal(await attempt(other, 'acme', PASSWORD), REFUSED)
      assert.deepEqual(await failures(server), ['wrong_password', 'wrong_password', 'too_many_failures'])
    }
    await redis.start()
    await recorded(server, { event: 'limits.recovered' })
    using _again = await FtpClient.login(server.port)
    assert.equal(await attempt(client, 'acme', PASSWORD), '230 Logged in.')
    assert.deepEqual(await outages(server), [
      ['limits.unavailable', onStoreFailure],
      ['limits.recovered', undefined],
    ])
  })

testRedis('a store that hangs holds nobody up for long', async () => {
  await using redis = await RedisServer.start()
  await using server = await sharing(redis)
  using client = await FtpClient.connect(server.port)
  redis.hang()
  assert.equal(await attempt(client, 'acme', PASSWORD), REFUSED)
  assert.deepEqual(await failures(server), ['limiter_unavailable'])
  redis.goOn()
  await recorded(server, { event: 'limits.recovered' })
  assert.equal(await attempt(client, 'acme', PASSWORD), '230 Logged in.')
})

testRedis('a server starts while its store is away, and works when it comes', async () => {
  await using redis = await RedisServer.start()
  await redis.stop()
  await using server = await sharing(redis)
  await assert.rejects(FtpClient.connect(server.port))
  await redis.start()
  await recorded(server, { event: 'limits.recovered' })
  using _client = await FtpClient.login(server.port)
})

testRedis('a wrong password of the store is told of, and no secret is', async () => {
  await using redis = await RedisServer.start()
  const store = redis.url.replace('redis-secret', 'other-secret')
  await using server = await sharing(redis, { store })
  await assert.rejects(FtpClient.connect(server.port))
  assert.match(server.logged.join('\n'), /error: the store of the limits \(auth.store\) is away .*WRONGPASS/)
  assert.doesNotMatch(JSON.stringify([server.logged, await server.audit()]), /other-secret|redis-secret/)
})

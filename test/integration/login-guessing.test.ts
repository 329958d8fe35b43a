import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Verifier } from '../../src/auth/verifier.js'
import { attempt, failures, REFUSED } from '../helpers/attempt.js'
import { seen } from '../helpers/changes.js'
import { closed } from '../helpers/closed.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD, testServer } from '../helpers/server.js'
import { ServerProcess } from '../helpers/server-process.js'
import { tempDir } from '../helpers/temp-dir.js'

const PARTNER = '127.0.0.1'
const GUESSER = '127.0.0.2'
const GUESSES = 450
const MOST_CHECKS = 30
const WORKERS = 30

/** Passwords that came as far as to be compared, right ones not counted: each is one argon2 computation. */
function countChecks(t: TestContext): () => number {
  const verify = t.mock.method(Verifier.prototype, 'verify')
  const waste = t.mock.method(Verifier.prototype, 'waste')
  return () =>
    [...verify.mock.calls, ...waste.mock.calls].filter(({ arguments: [claim] }) =>
      claim.password.startsWith('guess'),
    ).length
}

/** Guesses until all are used up, over a new connection when the old one is dropped. */
async function guess(port: number, users: readonly string[], next: () => number | undefined): Promise<void> {
  let client: FtpClient | undefined
  for (let number = next(); number !== undefined; number = next()) {
    try {
      client ??= await FtpClient.connect(port, { localAddress: GUESSER })
      const user = users[number % users.length] ?? ''
      assert.equal(await attempt(client, user, `guess ${number}`), REFUSED)
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      client?.[Symbol.dispose]()
      client = undefined
    }
  }
  client?.[Symbol.dispose]()
}

const STORIES: Readonly<Record<string, readonly string[]>> = {
  'one user': ['acme'],
  'many users, of whom one exists': ['acme', ...Array.from({ length: 50 }, (_, index) => `user${index}`)],
}

for (const [whom, users] of Object.entries(STORIES))
  for (const workers of [1, WORKERS])
    test(`${GUESSES} guesses at ${whom}, ${workers} at a time: few are looked at, and the partner logs in each time`, async t => {
      await using server = await testServer()
      const checks = countChecks(t)
      let left = GUESSES
      let guessing = true
      const next = () => (left > 0 ? left-- : undefined)
      const guessed = Promise.all(
        Array.from({ length: workers }, () => guess(server.port, users, next)),
      ).finally(() => {
        guessing = false
      })
      let logins = 0
      do {
        using _partner = await FtpClient.login(server.port, { localAddress: PARTNER })
        logins++
      } while (guessing)
      await guessed
      assert.ok(logins > 0)
      assert.ok(checks() >= 5 && checks() <= MOST_CHECKS, `${checks()} guesses were looked at`)
      await recorded(server, { event: 'address.banned', address: GUESSER })
    })

test('an attack on one user from 40 addresses keeps strangers out, and the partner in', async t => {
  const limits = { connectionsPerAddress: { max: 100_000 } }
  await using server = await testServer({ users: [{}, { name: 'other' }], config: { auth: { limits } } })
  const checks = countChecks(t)
  using partner = await FtpClient.login(server.port, { localAddress: PARTNER })
  const refused: string[] = []
  for (let host = 2; host < 42; host++) {
    using client = await FtpClient.connect(server.port, { localAddress: `127.0.1.${host}` })
    for (let i = 0; i < 4; i++) refused.push(await attempt(client, 'acme', `guess ${i}`))
  }
  assert.deepEqual(new Set(refused), new Set([REFUSED]))
  await recorded(server, { event: 'user.blocked', attemptedUser: 'acme', seconds: 3600 })
  assert.equal(checks(), 50)
  assert.equal(await attempt(partner, 'acme', PASSWORD), '230 Logged in.')
  using _again = await FtpClient.login(server.port, { localAddress: PARTNER })
  using stranger = await FtpClient.connect(server.port, { localAddress: '127.0.0.77' })
  assert.equal(await attempt(stranger, 'acme', PASSWORD), REFUSED)
  assert.equal((await failures(server)).at(-1), 'user_blocked')
  assert.equal(await attempt(stranger, 'other', PASSWORD), '230 Logged in.')
})

test('handshakes that fail ban their address; looking whether the port is open does not', async () => {
  const limits = { connectionsPerAddress: { max: 100_000 }, handshakeFailuresPerAddress: { max: 3 } }
  await using server = await testServer({ config: { auth: { limits } } })
  const failing = async (localAddress: string, bytes: string) => {
    const socket = connectTcp({ host: '127.0.0.1', port: server.port, localAddress })
    await once(socket, 'connect')
    const gone = closed(socket)
    socket.end(bytes)
    await gone
  }
  for (let i = 0; i < 5; i++) await failing(PARTNER, '')
  for (let i = 0; i < 3; i++) await failing(GUESSER, 'USER acme\r\n')
  await recorded(server, { event: 'address.banned', address: GUESSER, seconds: 900 })
  await assert.rejects(FtpClient.connect(server.port, { localAddress: GUESSER }))
  await recorded(server, { event: 'connection.refused', reason: 'banned' })
  using _partner = await FtpClient.login(server.port, { localAddress: PARTNER })
})

const STOPS = { SIGTERM: 'stopped', SIGKILL: 'killed' } as const

for (const [signal, how] of Object.entries(STOPS))
  test(`a server that is ${how} and started again still knows bans and partners`, async () => {
    await using dir = await tempDir()
    const limits = { failuresPerAddress: { max: 3 }, failuresPerUser: { max: 3 } }
    await using server = await ServerProcess.in(dir.path, { config: { auth: { limits } } })
    const saved = savedIn(dir.path)
    const port = await server.start()
    {
      using _partner = await FtpClient.login(port, { localAddress: PARTNER })
      using guesser = await FtpClient.connect(port, { localAddress: GUESSER })
      for (let i = 0; i < 3; i++) assert.equal(await attempt(guesser, 'acme', 'wrong'), REFUSED)
    }
    if (signal === 'SIGTERM') await server.stop()
    else {
      await saved(/"ban":\[\["127\.0\.0\.2"/)
      await server.kill()
    }
    const again = await server.start()
    await assert.rejects(FtpClient.connect(again, { localAddress: GUESSER }))
    using stranger = await FtpClient.connect(again, { localAddress: '127.0.0.3' })
    assert.equal(await attempt(stranger, 'acme', PASSWORD), REFUSED)
    using _partner = await FtpClient.login(again, { localAddress: PARTNER })
  })

/** Waits until the state file says so. */
function savedIn(folder: string): (what: RegExp) => Promise<string> {
  const file = join(folder, 'limits.json')
  return what =>
    seen(folder, async () => {
      const text = await readFile(file, 'utf8').catch(() => '')
      return what.test(text) ? text : undefined
    })
}

test('a ban that is lifted ends at once', async () => {
  await using server = await testServer({ config: { auth: { limits: { failuresPerAddress: { max: 2 } } } } })
  const { bans } = server.portcullis
  using guesser = await FtpClient.connect(server.port, { localAddress: GUESSER })
  for (let i = 0; i < 2; i++) assert.equal(await attempt(guesser, 'acme', 'wrong'), REFUSED)
  assert.deepEqual(
    (await bans.list()).map(({ address }) => address),
    [GUESSER],
  )
  assert.equal(await bans.lift(GUESSER), true)
  await recorded(server, { event: 'address.unbanned', address: GUESSER, lifted: true })
  using _partner = await FtpClient.login(server.port, { localAddress: GUESSER })
})

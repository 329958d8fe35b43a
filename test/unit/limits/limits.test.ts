import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditEvent } from '../../../src/core/audit-event.js'
import { Fault } from '../../../src/core/fault.js'
import { Limits } from '../../../src/limits/limits.js'
import { MemoryCounters } from '../../../src/limits/memory-counters.js'
import { MemoryMarks } from '../../../src/limits/memory-marks.js'
import { MemoryStore } from '../../../src/limits/memory-store.js'
import type { LimitOptions } from '../../../src/limits/options.js'
import { RecentKeys } from '../../../src/limits/recent-keys.js'

const OPTIONS: LimitOptions = {
  maxSessions: 3,
  maxSessionsPerAddress: 2,
  connectionRate: { count: 1000, window: 60_000 },
  handshakeFailures: { count: 4, window: 60_000 },
  pairFailures: { count: 3, window: 60_000, block: 120_000 },
  userFailures: { count: 6, window: 60_000, block: 300_000 },
  addressFailures: { count: 5, window: 60_000 },
  ban: { first: 900_000, longest: 3_000_000, forget: 10_000_000 },
  onStoreFailure: 'closed',
}

const A = '203.0.113.1'
const B = '203.0.113.2'
const DAY = 86_400_000

function limitsWith(change: Partial<LimitOptions> = {}) {
  const events: AuditEvent[] = []
  const record = (event: AuditEvent) => void events.push(event)
  const limits = new Limits({ options: { ...OPTIONS, ...change } }, { record }, new MemoryStore())
  return { limits, events }
}

const refusal = (kind: string, reason: string) => (error: unknown) =>
  error instanceof Fault && error.kind === kind && error.reason === reason

test('a lease holds a place of its address and of all, and gives it back once', async () => {
  const { limits } = limitsWith()
  const first = await limits.connections.admit(A)
  const second = await limits.connections.admit(`::ffff:${A}`)
  await assert.rejects(limits.connections.admit(A), refusal('denied', 'too_many_connections_from_address'))
  const third = await limits.connections.admit(B)
  await assert.rejects(limits.connections.admit('2001:db8::1'), refusal('denied', 'too_many_connections'))
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  const again = await limits.connections.admit(A)
  await assert.rejects(limits.connections.admit(B), refusal('denied', 'too_many_connections'))
  for (const lease of [second, third, again]) lease[Symbol.dispose]()
  assert.ok(await limits.connections.admit(B))
})

test('connections that ask at the same time do not share a place', async () => {
  const { limits } = limitsWith()
  const asked = await Promise.allSettled(Array.from({ length: 10 }, () => limits.connections.admit(A)))
  assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 2)
})

test('new connections are counted by IPv6 network and window', async t => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'] })
  const { limits } = limitsWith({ connectionRate: { count: 2, window: 1000 } })
  for (const address of ['2001:db8::1', '2001:db8::2'])
    (await limits.connections.admit(address))[Symbol.dispose]()
  await assert.rejects(limits.connections.admit('2001:db8::3'), refusal('denied', 'connection_rate'))
  await limits.connections.admit('2001:db8:0:1::1')
  t.mock.timers.tick(1000)
  await limits.connections.admit('2001:db8::3')
})

test('a user is refused from the address that failed too often, and from no other', async t => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'] })
  const { limits, events } = limitsWith()
  for (let i = 0; i < 3; i += 1) {
    await limits.logins.check('acme', A)
    await limits.logins.failed('acme', A)
  }
  await assert.rejects(limits.logins.check('acme', A), refusal('login_refused', 'too_many_failures'))
  await limits.logins.check('acme', B)
  await limits.logins.check('other', A)
  assert.deepEqual(events, [])
  t.mock.timers.tick(120_000)
  await limits.logins.check('acme', A)
})

test('a success clears what the user failed from there', async () => {
  const { limits } = limitsWith()
  for (let i = 0; i < 2; i += 1) await limits.logins.failed('acme', A)
  await limits.logins.succeeded('acme', A)
  for (let i = 0; i < 2; i += 1) await limits.logins.failed('acme', A)
  await limits.logins.check('acme', A)
})

test('an address that tries many users is banned once, from connecting too, and let in again', async t => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'] })
  const { limits, events } = limitsWith()
  await Promise.all(Array.from({ length: 8 }, (_, i) => limits.logins.failed(`user${i}`, A)))
  assert.deepEqual(
    events.map(({ event, detail }) => [event, detail]),
    [['address.banned', { address: A, seconds: 900 }]],
  )
  await assert.rejects(limits.logins.check('anyone', A), refusal('login_refused', 'banned'))
  await assert.rejects(limits.connections.admit(A), refusal('denied', 'banned'))
  await limits.connections.admit(B)
  t.mock.timers.tick(900_000)
  await limits.connections.admit(A)
  assert.deepEqual(
    events.map(({ event }) => event),
    ['address.banned', 'address.unbanned'],
  )
})

test('a success does not reset what the address failed', async () => {
  const { limits } = limitsWith()
  for (let i = 0; i < 4; i += 1) await limits.logins.failed(`user${i}`, A)
  await limits.logins.succeeded('mine', A)
  await limits.logins.failed('user5', A)
  await assert.rejects(limits.logins.check('mine', A), refusal('login_refused', 'banned'))
  await limits[Symbol.asyncDispose]()
})

test('a ban that cannot be recorded holds nevertheless', async () => {
  const limits = new Limits(
    { options: { ...OPTIONS, addressFailures: { count: 1, window: 1000 } } },
    {
      record() {
        throw new Fault('audit_unavailable')
      },
    },
    new MemoryStore(),
  )
  await assert.rejects(limits.logins.failed('acme', A), refusal('audit_unavailable', 'audit_unavailable'))
  await assert.rejects(limits.logins.check('acme', A), refusal('login_refused', 'banned'))
  await limits[Symbol.asyncDispose]()
})

test('other options apply at once and keep every count', async () => {
  const { limits } = limitsWith()
  await limits.connections.admit(A)
  for (let i = 0; i < 2; i += 1) await limits.logins.failed('acme', A)
  limits.reconfigure({
    ...OPTIONS,
    maxSessionsPerAddress: 1,
    addressFailures: { count: 3, window: 1000 },
  })
  await assert.rejects(limits.connections.admit(A), refusal('denied', 'too_many_connections_from_address'))
  await limits.logins.failed('acme', A)
  limits.reconfigure({ ...OPTIONS, addressFailures: { count: 100, window: 1000 } })
  await assert.rejects(limits.logins.check('other', A), refusal('login_refused', 'banned'))
  await limits[Symbol.asyncDispose]()
})

for (const method of ['get', 'set', 'claim', 'add', 'clear'] as const) {
  test(`a store whose ${method} fails refuses`, async t => {
    const { limits } = limitsWith({
      pairFailures: { count: 1, window: 1000, block: 1000 },
      addressFailures: { count: 1, window: 1000 },
    })
    const fail = () => Promise.reject(new Error('store is away'))
    if (method === 'add' || method === 'clear') t.mock.method(MemoryCounters.prototype, method, fail)
    else t.mock.method(MemoryMarks.prototype, method, fail)
    const unavailable = (error: unknown) =>
      error instanceof Fault && error.reason === 'limiter_unavailable' && error.kind !== 'internal'
    const calls = {
      get: () => limits.connections.admit(A),
      set: () => limits.logins.failed('acme', A),
      claim: () => limits.logins.failed('acme', A),
      add: () => limits.connections.admit(A),
      clear: () => limits.logins.succeeded('acme', A),
    }
    await assert.rejects(calls[method](), unavailable)
  })
}

test('a flood of keys pushes out the one not touched for longest', () => {
  const dropped: string[] = []
  const keys = new RecentKeys(key => dropped.push(key), 3)
  for (const key of ['a', 'b', 'c', 'a', 'd', 'e']) keys.touch(key)
  assert.deepEqual(dropped, ['b', 'c'])
})

async function fail(limits: Limits, user: string, address: string, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await limits.logins.failed(user, address)
}

test('guesses that nobody looks at any more still count against their address', async () => {
  const { limits } = limitsWith({ addressFailures: { count: 10, window: 60_000 } })
  await fail(limits, 'acme', A, 3)
  for (let i = 0; i < 7; i += 1)
    await assert.rejects(limits.logins.check('acme', A), refusal('login_refused', 'too_many_failures'))
  await assert.rejects(limits.logins.check('acme', A), refusal('login_refused', 'banned'))
  await limits[Symbol.asyncDispose]()
})

test('each ban of an address is twice as long, up to the longest, until all is quiet for long enough', async t => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'] })
  const { limits, events } = limitsWith()
  const banned = async () => {
    await fail(limits, 'acme', A, 5)
    const [ban] = await limits.bans.list()
    assert.equal(ban?.address, A)
    const length = ban.until.getTime() - Date.now()
    t.mock.timers.tick(length)
    assert.deepEqual(await limits.bans.list(), [])
    return [length, ban.times]
  }
  assert.deepEqual(await banned(), [900_000, 1])
  assert.deepEqual(await banned(), [1_800_000, 2])
  assert.deepEqual(await banned(), [3_000_000, 3])
  t.mock.timers.tick(OPTIONS.ban.forget - 1)
  assert.deepEqual(await banned(), [3_000_000, 4])
  t.mock.timers.tick(OPTIONS.ban.forget)
  assert.deepEqual(await banned(), [900_000, 1])
  assert.deepEqual(
    events.map(({ event, detail }) => [event, detail.seconds]),
    [900, 1800, 3000, 3000, 900].flatMap(seconds => [
      ['address.banned', seconds],
      ['address.unbanned', undefined],
    ]),
  )
})

test('handshakes that fail ban their address as failed logins do', async t => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'] })
  const { limits } = limitsWith()
  for (const end of [1, 2, 3]) await limits.handshakes.failed(`2001:db8::${end}`)
  await limits.connections.admit('2001:db8::1')
  await limits.handshakes.failed('2001:db8::4')
  await assert.rejects(limits.connections.admit('2001:db8::5'), refusal('denied', 'banned'))
  await limits.connections.admit('2001:db8:0:1::1')
})

test('a user who is attacked from many addresses is refused from strange ones, and let in from known ones', async t => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'] })
  const { limits, events } = limitsWith()
  await limits.logins.succeeded('acme', A)
  await fail(limits, 'acme', A, 2)
  for (let i = 0; i < 6; i += 1) await limits.logins.failed('acme', `198.51.100.${i}`)
  await assert.rejects(limits.logins.check('acme', B), refusal('login_refused', 'user_blocked'))
  await limits.logins.check('acme', A)
  await limits.logins.check('other', B)
  assert.deepEqual(
    events.map(({ event, detail }) => [event, detail]),
    [['user.blocked', { attemptedUser: 'acme', seconds: 300 }]],
  )
  t.mock.timers.tick(300_000)
  await limits.logins.check('acme', B)
})

test('an address is known for 30 days after its last login', async t => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'] })
  const { limits } = limitsWith({ userFailures: { count: 1, window: 1000, block: 100 * DAY } })
  await limits.logins.succeeded('acme', A)
  t.mock.timers.tick(10 * DAY)
  await limits.logins.succeeded('acme', A)
  await limits.logins.failed('acme', B)
  t.mock.timers.tick(30 * DAY - 1)
  await limits.logins.check('acme', A)
  t.mock.timers.tick(1)
  await assert.rejects(limits.logins.check('acme', A), refusal('login_refused', 'user_blocked'))
})

test('lifting a ban lets the partner in at once, and forgets what was counted', async () => {
  const { limits, events } = limitsWith({ userFailures: { count: 100, window: 1000, block: 1000 } })
  const address = '2001:db8::1'
  await fail(limits, 'acme', address, 5)
  await fail(limits, 'acme', B, 3)
  await assert.rejects(limits.logins.check('acme', address), refusal('login_refused', 'banned'))
  assert.deepEqual(
    (await limits.bans.list()).map(ban => [ban.address, ban.times]),
    [['2001:db8::/64', 1]],
  )
  assert.equal(await limits.bans.lift('2001:db8::/64'), true)
  assert.equal(await limits.bans.lift('2001:db8::2'), false)
  await limits.connections.admit(address)
  await limits.logins.check('acme', address)
  await assert.rejects(limits.logins.check('acme', B), refusal('login_refused', 'too_many_failures'))
  await fail(limits, 'acme', address, 2)
  await limits.logins.check('acme', address)
  assert.deepEqual(events.at(-1)?.detail, { address: '2001:db8::/64', lifted: true })
  await limits[Symbol.asyncDispose]()
})

test('logins of one address take turns, and others do not wait for them', async () => {
  const { limits } = limitsWith()
  const { signal } = new AbortController()
  const held = await Promise.all([1, 2].map(() => limits.logins.turn(A, signal)))
  const gone = new AbortController()
  const abandoned = limits.logins.turn(A, gone.signal)
  let came = false
  const third = limits.logins.turn(A, signal).then(place => {
    came = true
    return place
  })
  gone.abort()
  await assert.rejects(abandoned, refusal('aborted', 'aborted'))
  using _other = await limits.logins.turn(B, signal)
  assert.equal(came, false)
  held[0]?.[Symbol.dispose]()
  using _place = await third
})

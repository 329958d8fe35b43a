import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { AuditEvent } from '../../../src/core/audit-event.js'
import { Fault } from '../../../src/core/fault.js'
import { Limits } from '../../../src/limits/limits.js'
import type { LimitOptions } from '../../../src/limits/options.js'
import { RecentKeys } from '../../../src/limits/recent-keys.js'

const OPTIONS: LimitOptions = {
  maxSessions: 3,
  maxSessionsPerAddress: 2,
  connectionRate: { count: 1000, window: 60_000 },
  userFailures: { count: 3, window: 60_000, block: 120_000 },
  addressFailures: { count: 5, window: 60_000, ban: 900_000 },
}

const A = '203.0.113.1'
const B = '203.0.113.2'

function limitsWith(change: Partial<LimitOptions> = {}) {
  const events: AuditEvent[] = []
  const limits = new Limits({ ...OPTIONS, ...change }, { record: event => void events.push(event) })
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
  limits[Symbol.dispose]()
})

test('a ban that cannot be recorded holds nevertheless', async () => {
  const limits = new Limits(
    { ...OPTIONS, addressFailures: { count: 1, window: 1000, ban: 1000 } },
    {
      record() {
        throw new Fault('audit_unavailable')
      },
    },
  )
  await assert.rejects(limits.logins.failed('acme', A), refusal('audit_unavailable', 'audit_unavailable'))
  await assert.rejects(limits.logins.check('acme', A), refusal('login_refused', 'banned'))
  limits[Symbol.dispose]()
})

test('other options apply at once and keep every count', async () => {
  const { limits } = limitsWith()
  await limits.connections.admit(A)
  for (let i = 0; i < 2; i += 1) await limits.logins.failed('acme', A)
  limits.reconfigure({
    ...OPTIONS,
    maxSessionsPerAddress: 1,
    addressFailures: { count: 3, window: 1000, ban: 1000 },
  })
  await assert.rejects(limits.connections.admit(A), refusal('denied', 'too_many_connections_from_address'))
  await limits.logins.failed('acme', A)
  limits.reconfigure({ ...OPTIONS, addressFailures: { count: 100, window: 1000, ban: 1 } })
  await assert.rejects(limits.logins.check('other', A), refusal('login_refused', 'banned'))
  limits[Symbol.dispose]()
})

for (const method of ['get', 'penalty', 'set', 'delete'] as const) {
  test(`a store whose ${method} fails refuses`, async t => {
    const { limits } = limitsWith({ addressFailures: { count: 1, window: 1000, ban: 1000 } })
    t.mock.method(RateLimiterMemory.prototype, method, () => Promise.reject(new Error('store is away')))
    const unavailable = (error: unknown) =>
      error instanceof Fault && error.reason === 'limiter_unavailable' && error.kind !== 'internal'
    const calls = {
      get: () => limits.connections.admit(A),
      penalty: () => limits.connections.admit(A),
      set: () => limits.logins.failed('acme', A),
      delete: () => limits.logins.succeeded('acme', A),
    }
    await assert.rejects(calls[method](), unavailable)
    mock.restoreAll()
  })
}

test('a flood of keys pushes out the one not touched for longest', () => {
  const dropped: string[] = []
  const keys = new RecentKeys(key => dropped.push(key), 3)
  for (const key of ['a', 'b', 'c', 'a', 'd', 'e']) keys.touch(key)
  assert.deepEqual(dropped, ['b', 'c'])
})

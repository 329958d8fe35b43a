import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../../src/core/fault.js'
import { Limits } from '../../../src/limits/limits.js'
import { MemoryStore } from '../../../src/limits/memory-store.js'
import { A, B, fail, limitsWith, OPTIONS, refusal } from './support.js'

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

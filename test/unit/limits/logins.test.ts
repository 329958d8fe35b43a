import assert from 'node:assert/strict'
import { test } from 'node:test'
import { A, B, fail, limitsWith, refusal } from './support.js'

const DAY = 86_400_000

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

test('a success does not reset what the address failed', async () => {
  const { limits } = limitsWith()
  for (let i = 0; i < 4; i += 1) await limits.logins.failed(`user${i}`, A)
  await limits.logins.succeeded('mine', A)
  await limits.logins.failed('user5', A)
  await assert.rejects(limits.logins.check('mine', A), refusal('login_refused', 'banned'))
  await limits[Symbol.asyncDispose]()
})

test('guesses that nobody looks at any more still count against their address', async () => {
  const { limits } = limitsWith({ addressFailures: { count: 10, window: 60_000 } })
  await fail(limits, 'acme', A, 3)
  for (let i = 0; i < 7; i += 1)
    await assert.rejects(limits.logins.check('acme', A), refusal('login_refused', 'too_many_failures'))
  await assert.rejects(limits.logins.check('acme', A), refusal('login_refused', 'banned'))
  await limits[Symbol.asyncDispose]()
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

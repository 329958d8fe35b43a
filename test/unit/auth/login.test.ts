import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePhc } from '../../../src/auth/argon2.js'
import { Fault } from '../../../src/core/fault.js'
import { ADDRESS, refused, setUp, user } from './login-support.js'

test('the right password gives the identity and clears the failures', async () => {
  const { attempt, told } = setUp()
  const identity = await attempt('acme', 'right')
  assert.equal(identity.home, '/srv/acme')
  assert.ok(Object.isFrozen(identity))
  assert.deepEqual(told, [`check acme ${ADDRESS}`, `check acme ${ADDRESS}`, `succeeded acme ${ADDRESS}`])
})

const REFUSALS = [
  ['acme', 'wrong', 'wrong_password'],
  ['nobody', 'right', 'unknown_user'],
  ['off', 'right', 'user_disabled'],
  ['old', 'right', 'user_expired'],
  ['far', 'right', 'address_not_allowed'],
] as const

for (const [name, password, reason] of REFUSALS) {
  test(`${reason} costs one comparison of the usual cost, every time, and counts as a failure`, async () => {
    const { attempt, told, compared } = setUp()
    for (let i = 0; i < 2; i += 1) await assert.rejects(attempt(name, password), refused(reason))
    assert.equal(compared.length, 2)
    for (const { hash } of compared) {
      const cost = parsePhc(hash)
      assert.deepEqual([cost?.memory, cost?.passes, cost?.parallelism], [19_456, 2, 1])
    }
    const each = [`check ${name} ${ADDRESS}`, `failed ${name} ${ADDRESS}`]
    assert.deepEqual(told, [...each, ...each])
  })
}

const MALFORMED = [
  '',
  'a\0',
  'a\r\n',
  '\x1b[2J',
  '\x7f',
  '\u0085',
  '\ud800',
  'x'.repeat(1025),
  'é'.repeat(513),
]

for (const text of MALFORMED) {
  test(`malformed before anything else: ${JSON.stringify(text.slice(0, 10))} (${text.length})`, async () => {
    const { attempt, told, compared } = setUp()
    await assert.rejects(attempt('acme', text), refused('malformed_credentials'))
    await assert.rejects(attempt(text, 'right'), refused('malformed_credentials'))
    assert.deepEqual(compared, [])
    assert.ok(told.every(line => line.startsWith('failed')))
  })
}

test('credentials of 1024 bytes are looked at', async () => {
  const { attempt } = setUp()
  await assert.rejects(attempt('acme', 'é'.repeat(512)), refused('wrong_password'))
})

test('a remembered password does not pass a ban', async () => {
  const { attempt, compared, state } = setUp()
  await attempt('acme', 'right')
  await attempt('acme', 'right')
  assert.equal(compared.length, 1)
  state.banned = true
  await assert.rejects(attempt('acme', 'right'), refused('banned'))
})

test('a guess that was on its way when the ban began fails even when it is right', async () => {
  const { attempt, state } = setUp()
  state.during = () => {
    state.banned = true
  }
  await assert.rejects(attempt('acme', 'right'), refused('banned'))
})

test('an aborted login is neither a failure nor a success', async () => {
  const { attempt, told } = setUp()
  const aborted = (error: unknown) => error instanceof Fault && error.kind === 'aborted'
  await assert.rejects(attempt('acme', 'right', AbortSignal.abort()), aborted)
  assert.deepEqual(told, [`check acme ${ADDRESS}`])
})

test('a user who needs neither password nor certificate is refused', () => {
  assert.throws(
    () => setUp([user('open', { passwordHash: undefined })]),
    /neither a password nor a certificate/,
  )
})

test('a user with codes needs a password', () => {
  const certificate = { fingerprints: ['a'.repeat(64)] }
  const totp = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  assert.throws(
    () => setUp([user('coded', { passwordHash: undefined, certificate, totp })]),
    /codes without a password/,
  )
})

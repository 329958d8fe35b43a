import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refused, setUp, USERS, user } from './login-support.js'

test('a reload during the comparison decides', async () => {
  const cases = [
    { users: [], reason: 'wrong_password' },
    { users: [user('acme')], reason: 'wrong_password' },
  ]
  for (const { users, reason } of cases) {
    const { replaceUsers, attempt, state } = setUp()
    state.during = () => replaceUsers(users)
    await assert.rejects(attempt('acme', 'right'), refused(reason))
  }
})

test('a reload replaces all users and forgets the passwords, a bad one nothing', async () => {
  const { replaceUsers, attempt, compared } = setUp()
  await attempt('acme', 'right')
  assert.throws(() => replaceUsers([user('x', { passwordHash: 'plain' })]))
  await attempt('acme', 'right')
  assert.equal(compared.length, 1)
  replaceUsers(USERS)
  await attempt('acme', 'right')
  assert.equal(compared.length, 2)
})

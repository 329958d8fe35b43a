import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UserSessions } from '../../../src/auth/sessions.js'
import type { UserRecord } from '../../../src/auth/user.js'
import { ADDRESS, NOW, refused, setUp, user } from './login-support.js'

test('sessions of users who could not log in any more may not go on', async () => {
  const cases: [change: Partial<UserRecord> | undefined, reason: string | undefined][] = [
    [{}, undefined],
    [undefined, 'user_removed'],
    [{ disabled: true }, 'user_disabled'],
    [{ expires: NOW }, 'user_expired'],
    [{ validFrom: new Date(NOW.getTime() + 1) }, 'user_not_yet_valid'],
    [{ allowFrom: ['10.0.0.0/8'] }, 'address_not_allowed'],
  ]
  for (const [change, reason] of cases) {
    const acme = user('acme')
    const { login, replaceUsers, attempt } = setUp([acme])
    const identity = await attempt('acme', 'right')
    replaceUsers(change === undefined ? [] : [{ ...acme, ...change }])
    const standing = login.standing(identity, { address: ADDRESS })
    assert.equal(standing.stays ? undefined : standing.reason, reason)
  }
})

test('sessions of a user are counted while they live, and given back once', async () => {
  const { attempt, login } = setUp([user('acme', { maxSessions: 2 }), user('free')])
  const sessions = new UserSessions({ standing: (...session) => login.standing(...session) })
  const occupant = { address: ADDRESS, end: () => {}, drain: () => {} }
  const acme = await attempt('acme', 'right')
  const first = sessions.enter(acme, occupant)
  sessions.enter(acme, occupant)
  assert.throws(() => sessions.enter(acme, occupant), refused('too_many_sessions'))
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  sessions.enter(acme, occupant)
  assert.throws(() => sessions.enter(acme, occupant), refused('too_many_sessions'))
  const free = await attempt('free', 'right')
  for (let i = 0; i < 100; i += 1) sessions.enter(free, occupant)
})

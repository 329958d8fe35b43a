import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UserSessions } from '../../../src/auth/sessions.js'
import type { Standing } from '../../../src/auth/standing.js'
import { Fault } from '../../../src/core/fault.js'
import type { Identity } from '../../../src/core/identity.js'
import { Grants } from '../../../src/core/permission.js'
import { FakeClock } from '../../helpers/fake-clock.js'

const DAY = 86_400_000
const identity = (name: string): Identity => ({
  name,
  home: '/srv',
  grants: new Grants([]),
  mounts: [],
  compat: { dataSession: 'require', close: 'strict', ascii: 'convert', charset: 'utf-8' },
  maxSessions: undefined,
})

/** Users who may stay until a moment each, and what their sessions were told. */
function setUp(ends: Readonly<Record<string, number | undefined>>) {
  const clock = new FakeClock()
  const told: string[] = []
  const replaced = new Map<string, Standing>()
  const standing = ({ name }: Identity): Standing => {
    const until = ends[name]
    if (until !== undefined && clock.now() >= until)
      return { stays: false, reason: 'user_expired', how: 'end' }
    return replaced.get(name) ?? { stays: true, until }
  }
  const sessions = new UserSessions({ standing, clock })
  const enter = (name: string) => {
    const place = sessions.enter(identity(name), {
      address: '203.0.113.1',
      end: reason => {
        told.push(`${name} end ${reason}`)
        place[Symbol.dispose]()
      },
      drain: reason => void told.push(`${name} drain ${reason}`),
    })
    return place
  }
  return { clock, told, replaced, sessions, enter }
}

test('each session is ended at its moment, and no earlier', () => {
  const { clock, told, enter } = setUp({ late: 5000, early: 3000, always: undefined })
  for (const name of ['late', 'always', 'early']) enter(name)
  clock.advance(2999)
  assert.deepEqual(told, [])
  clock.advance(1)
  assert.deepEqual(told, ['early end user_expired'])
  clock.advance(1999)
  clock.advance(1)
  assert.deepEqual(told, ['early end user_expired', 'late end user_expired'])
})

test('one that is over is not told, and no timer is left for nothing', () => {
  const { clock, told, enter } = setUp({ acme: 3000 })
  enter('acme')[Symbol.dispose]()
  clock.advance(10_000)
  assert.deepEqual(told, [])
  assert.equal(clock.pending, 0)
})

test('a moment further off than any timer goes', () => {
  const { clock, told, enter } = setUp({ acme: 100 * DAY })
  enter('acme')
  for (let hops = 1; hops <= 4; hops += 1) {
    assert.equal(clock.pending, 1)
    clock.skip()
    assert.ok(clock.now() <= hops * 25 * DAY)
    assert.deepEqual(told, [])
  }
  clock.skip()
  assert.equal(clock.now(), 100 * DAY)
  assert.deepEqual(told, ['acme end user_expired'])
})

test('a review ends those whose users changed, as each has to be', () => {
  const { told, replaced, sessions, enter } = setUp({})
  for (const name of ['same', 'gone', 'less']) enter(name)
  replaced.set('gone', { stays: false, reason: 'user_removed', how: 'end' })
  replaced.set('less', { stays: false, reason: 'rights_reduced', how: 'drain' })
  sessions.review()
  assert.deepEqual(told, ['gone end user_removed', 'less drain rights_reduced'])
})

test('a review takes over moments that were moved', () => {
  const ends: Record<string, number | undefined> = { acme: 3000 }
  const { clock, told, sessions, enter } = setUp(ends)
  enter('acme')
  ends.acme = 9000
  sessions.review()
  clock.advance(8999)
  assert.deepEqual(told, [])
  ends.acme = 9000
  clock.advance(1)
  assert.deepEqual(told, ['acme end user_expired'])
})

test('whoever may not stay does not get in', () => {
  const { clock, enter } = setUp({ acme: 3000 })
  clock.advance(3000)
  assert.throws(
    () => enter('acme'),
    (error: unknown) => error instanceof Fault && error.reason === 'user_expired',
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryMarks } from '../../../src/limits/memory-marks.js'
import { limitsWith, refusal } from './support.js'

test('a code is its first user’s until its time is over', async t => {
  t.mock.timers.enable({ apis: ['Date'] })
  const { codes } = limitsWith().limits
  const both = await Promise.all([codes.use('a', 1, 90_000), codes.use('a', 2, 90_000)])
  assert.deepEqual(both, [true, false])
  assert.equal(await codes.use('b', 2, 90_000), true)
  t.mock.timers.tick(89_999)
  assert.deepEqual([await codes.use('a', 2, 1), await codes.use('a', 1, 1)], [false, true])
  t.mock.timers.tick(1)
  assert.equal(await codes.use('a', 2, 90_000), true)
})

test('a store that fails lets no code pass', async t => {
  const { limits } = limitsWith()
  t.mock.method(MemoryMarks.prototype, 'claim', () => Promise.reject(new Error('store is away')))
  await assert.rejects(limits.codes.use('a', 1, 1000), refusal('login_refused', 'limiter_unavailable'))
})

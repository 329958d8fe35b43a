import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { editDistance, nearest } from '../../../src/config/nearest.js'

const word = fc.string({ maxLength: 12 })

test('the distance is symmetric, zero for equals only, and at most the longer length', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b)
      assert.equal(distance, editDistance(b, a))
      assert.equal(distance === 0, a === b)
      assert.ok(distance <= Math.max(a.length, b.length))
    }),
  )
})

test('one edit is a distance of at most one', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 2, maxLength: 12 }), fc.nat(10), (text, seed) => {
      const at = seed % (text.length - 1)
      const swapped = text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2)
      assert.ok(editDistance(text, swapped) <= 1)
      assert.equal(editDistance(text, text.slice(0, at) + text.slice(at + 1)), 1)
    }),
  )
})

const CASES: readonly (readonly [typed: string, meant: string | undefined])[] = [
  ['idel', 'idle'],
  ['IDLE', 'idle'],
  ['max_sessions', 'maxSessions'],
  ['max-session', 'maxSessions'],
  ['1.2', 'TLSv1.2'],
  ['quota', undefined],
  ['', undefined],
  ['x'.repeat(1000), undefined],
]

for (const [typed, meant] of CASES) {
  test(`"${typed.slice(0, 20)}" is taken for ${meant}`, () => {
    assert.equal(nearest(typed, ['idle', 'login', 'maxSessions', 'TLSv1.2', 'TLSv1.3']), meant)
  })
}

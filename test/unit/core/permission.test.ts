import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Grants, type Right } from '../../../src/core/permission.js'
import { parsePath, ROOT } from '../../../src/core/virtual-path.js'

const NAMES = ['', 'a', 'b'] as const
/** Every path up to three levels deep, of two names. */
const PATHS = NAMES.flatMap(first => NAMES.flatMap(second => NAMES.map(third => [first, second, third]))).map(
  parts => parsePath(`/${parts.join('/')}`, ROOT),
)

test('grants cover others when they give at least as much over every path', () => {
  const grants = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...PATHS), fc.subarray<Right>(['list', 'read', 'create'])), {
      maxLength: 4,
      selector: ([path]) => path,
    })
    .map(list => new Grants(list))
  let covered = 0
  fc.assert(
    fc.property(grants, grants, (some, others) => {
      const expected = PATHS.every(path => [...others.at(path)].every(right => some.at(path).has(right)))
      if (expected) covered += 1
      assert.equal(some.cover(others), expected)
      assert.ok(some.cover(some))
    }),
    { numRuns: 2000 },
  )
  assert.ok(covered > 50)
})

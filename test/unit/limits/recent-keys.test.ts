import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecentKeys } from '../../../src/limits/recent-keys.js'

test('a flood of keys pushes out the one not touched for longest', () => {
  const dropped: string[] = []
  const keys = new RecentKeys(key => dropped.push(key), 3)
  for (const key of ['a', 'b', 'c', 'a', 'd', 'e']) keys.touch(key)
  assert.deepEqual(dropped, ['b', 'c'])
})

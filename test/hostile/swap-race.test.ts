import assert from 'node:assert/strict'
import { test } from 'node:test'
import { swapRace } from './swap-race.js'

test('CVE-2012-6095 and its like: a folder or file swapped for a link in the middle of a command leads nowhere outside', async () => {
  const { swaps, done, refused } = await swapRace({ commands: 400, milliseconds: 60_000, sessions: 4 })
  assert.ok(swaps > 0)
  assert.ok(done > 0, 'no command found the folder')
  assert.ok(refused > 0, 'no command came upon the link')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crash, LARGEST } from '../helpers/crash-story.js'

// For many more of them: npm run soak.
const ROUNDS = 16

test('a server that is killed leaves the old version or the new one, whole, and the rest to be resumed', async () => {
  // two at a time: most of a round is the start of a process
  for (const crashes of await Promise.all([crash(ROUNDS, LARGEST.large), crash(ROUNDS, LARGEST.small)]))
    assert.ok(crashes.committed < ROUNDS, 'no kill came in time')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { A, limitsWith, OPTIONS, refusal } from './support.js'

test('other options apply at once and keep every count', async () => {
  const { limits } = limitsWith()
  await limits.connections.admit(A)
  for (let i = 0; i < 2; i += 1) await limits.logins.failed('acme', A)
  limits.reconfigure({
    ...OPTIONS,
    maxSessionsPerAddress: 1,
    addressFailures: { count: 3, window: 1000 },
  })
  await assert.rejects(limits.connections.admit(A), refusal('denied', 'too_many_connections_from_address'))
  await limits.logins.failed('acme', A)
  limits.reconfigure({ ...OPTIONS, addressFailures: { count: 100, window: 1000 } })
  await assert.rejects(limits.logins.check('other', A), refusal('login_refused', 'banned'))
  await limits[Symbol.asyncDispose]()
})

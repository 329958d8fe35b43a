import assert from 'node:assert/strict'
import { test } from 'node:test'
import { A, B, limitsWith, refusal } from './support.js'

test('a lease holds a place of its address and of all, and gives it back once', async () => {
  const { limits } = limitsWith()
  const first = await limits.connections.admit(A)
  const second = await limits.connections.admit(`::ffff:${A}`)
  await assert.rejects(limits.connections.admit(A), refusal('denied', 'too_many_connections_from_address'))
  const third = await limits.connections.admit(B)
  await assert.rejects(limits.connections.admit('2001:db8::1'), refusal('denied', 'too_many_connections'))
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  const again = await limits.connections.admit(A)
  await assert.rejects(limits.connections.admit(B), refusal('denied', 'too_many_connections'))
  for (const lease of [second, third, again]) lease[Symbol.dispose]()
  assert.ok(await limits.connections.admit(B))
})

test('connections that ask at the same time do not share a place', async () => {
  const { limits } = limitsWith()
  const asked = await Promise.allSettled(Array.from({ length: 10 }, () => limits.connections.admit(A)))
  assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 2)
})

test('new connections are counted by IPv6 network and window', async t => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'] })
  const { limits } = limitsWith({ connectionRate: { count: 2, window: 1000 } })
  for (const address of ['2001:db8::1', '2001:db8::2'])
    (await limits.connections.admit(address))[Symbol.dispose]()
  await assert.rejects(limits.connections.admit('2001:db8::3'), refusal('denied', 'connection_rate'))
  await limits.connections.admit('2001:db8:0:1::1')
  t.mock.timers.tick(1000)
  await limits.connections.admit('2001:db8::3')
})

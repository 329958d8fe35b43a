import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PassivePorts, type PortLease } from '../../../src/data/passive-ports.js'

const lease = (ports: PassivePorts, owner: string): Promise<PortLease<number>> =>
  ports.lease(owner, async port => port)

test('the port that is free longest goes first, and another client gets one that was nobody’s lately', async () => {
  const ports = new PassivePorts([1, 2, 3])
  const first = await lease(ports, 'a')
  first[Symbol.dispose]()
  assert.deepEqual([first.port, (await lease(ports, 'a')).port, (await lease(ports, 'b')).port], [1, 2, 3])
  // None is left that was not another's.
  assert.equal((await lease(ports, 'b')).port, 1)
  await assert.rejects(lease(ports, 'b'), { kind: 'no_passive_port' })
})

test('a port that leaves the range and comes back while it is in use is there once', async () => {
  const ports = new PassivePorts([1, 2])
  const inUse = await lease(ports, 'a')
  ports.replace([2])
  ports.replace([2, 1])
  inUse[Symbol.dispose]()
  assert.deepEqual([(await lease(ports, 'a')).port, (await lease(ports, 'a')).port], [2, 1])
  await assert.rejects(lease(ports, 'a'), { kind: 'no_passive_port' })
})

test('a port that left the range is not given to anybody any more', async () => {
  const ports = new PassivePorts([1, 2])
  const inUse = await lease(ports, 'a')
  ports.replace([3])
  inUse[Symbol.dispose]()
  assert.equal((await lease(ports, 'a')).port, 3)
  await assert.rejects(lease(ports, 'a'), { kind: 'no_passive_port' })
})

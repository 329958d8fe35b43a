import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReadBuffers } from '../../../src/files/read-buffers.js'

const MIB = 1 << 20
const HUGE = 100 * MIB

test('two buffers are used in turn', () => {
  using buffers = new ReadBuffers(HUGE)
  const [first, second] = [buffers.next(), buffers.next()]
  assert.notEqual(first, second)
  assert.equal(buffers.next(), first)
  assert.equal(buffers.next(), second)
  assert.equal(first.length, MIB)
})

test('what is short gets a buffer of its length', () => {
  for (const length of [1, 32 * 1024]) {
    using buffers = new ReadBuffers(length)
    assert.equal(buffers.next().length, length)
  }
})

test('of many downloads few have large buffers, and others get them when those are over', () => {
  const many = Array.from({ length: 300 }, () => new ReadBuffers(HUGE))
  const total = () => many.reduce((sum, buffers) => sum + buffers.next().length, 0)
  assert.ok(total() + total() <= 16 * MIB + 600 * 32 * 1024)
  const [early, late] = [many[0], many.at(-1)] as [ReadBuffers, ReadBuffers]
  assert.deepEqual([early.next().length, late.next().length], [MIB, 32 * 1024])
  early[Symbol.dispose]()
  early[Symbol.dispose]()
  assert.deepEqual(
    [late.next(), late.next()].map(({ length }) => length),
    [MIB, 32 * 1024],
  )
  for (const buffers of many) buffers[Symbol.dispose]()
  using next = new ReadBuffers(HUGE)
  assert.deepEqual(
    [next.next(), next.next()].map(({ length }) => length),
    [MIB, MIB],
  )
})

test('large buffers are used again, by nobody else before they were given back', () => {
  const first = new ReadBuffers(HUGE)
  const used = [first.next(), first.next()]
  {
    using meanwhile = new ReadBuffers(HUGE)
    assert.ok(!used.includes(meanwhile.next()))
  }
  first[Symbol.dispose]()
  const others = Array.from({ length: 20 }, () => new ReadBuffers(HUGE))
  const seen = others.flatMap(other => [other.next(), other.next()])
  for (const buffer of used) assert.equal(seen.filter(each => each === buffer).length, 1)
  for (const other of others) other[Symbol.dispose]()
})

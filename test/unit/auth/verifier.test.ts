import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Verifier, type VerifierOptions } from '../../../src/auth/verifier.js'
import { Fault } from '../../../src/core/fault.js'

const NEVER = new AbortController().signal
const claim = (password: string) => ({ user: 'acme', hash: 'hash', password })

/** A verifier whose comparisons end when the test says so. */
function verifierWith(options: Partial<VerifierOptions> = {}) {
  const running: { password: string; end: (right: boolean) => void }[] = []
  const clock = { now: 0 }
  const verifier = new Verifier(
    { concurrency: 2, queue: 2, cacheTtl: 1000, cacheSize: 2, ...options },
    {
      verify: (_hash, password) => new Promise(end => running.push({ password, end })),
      now: () => clock.now,
    },
  )
  return { verifier, running, clock }
}

const settled = () => new Promise(resolve => setImmediate(resolve))
const refused = (reason: string) => (error: unknown) => error instanceof Fault && error.reason === reason

test('so many run, so many wait in order, and one more is refused', async () => {
  const { verifier, running } = verifierWith()
  const all = ['a', 'b', 'c', 'd'].map(password => verifier.verify(claim(password), NEVER))
  await settled()
  assert.deepEqual(
    running.map(({ password }) => password),
    ['a', 'b'],
  )
  await assert.rejects(verifier.verify(claim('e'), NEVER), refused('verification_queue_full'))
  for (let next = 0; next < 4; next += 1) {
    running[next]?.end(false)
    await settled()
  }
  assert.deepEqual(await Promise.all(all), [false, false, false, false])
  assert.deepEqual(
    running.map(({ password }) => password),
    ['a', 'b', 'c', 'd'],
  )
})

test('who leaves the queue makes room in it and costs nothing', async () => {
  const { verifier, running } = verifierWith({ concurrency: 1, queue: 1 })
  const first = verifier.verify(claim('a'), NEVER)
  const leaving = new AbortController()
  const left = assert.rejects(verifier.verify(claim('b'), leaving.signal), refused('aborted'))
  leaving.abort()
  await left
  const third = verifier.waste({ hash: 'hash', password: 'c' }, NEVER)
  running[0]?.end(true)
  assert.equal(await first, true)
  await settled()
  running[1]?.end(false)
  await third
  assert.deepEqual(
    running.map(({ password }) => password),
    ['a', 'c'],
  )
  await assert.rejects(verifier.verify(claim('x'), AbortSignal.abort()), refused('aborted'))
})

test('a comparison that throws gives its place back', async () => {
  const verifier = new Verifier(
    { concurrency: 1, queue: 0, cacheTtl: 1, cacheSize: 1 },
    { verify: () => Promise.reject(new Error('out of memory')), now: () => 0 },
  )
  for (let i = 0; i < 3; i += 1) await assert.rejects(verifier.verify(claim('a'), NEVER), /out of memory/)
})

/** Compares at once with the one right password and counts. */
function counting(options: Partial<VerifierOptions> = {}) {
  const calls: string[] = []
  const clock = { now: 0 }
  const verifier = new Verifier(
    { concurrency: 1, queue: 100, cacheTtl: 1000, cacheSize: 2, ...options },
    {
      verify: async (_hash, password) => {
        calls.push(password)
        return password.startsWith('right')
      },
      now: () => clock.now,
    },
  )
  return { verifier, calls, clock }
}

test('a right password is compared once until its time is over', async () => {
  const { verifier, calls, clock } = counting()
  const ten = Array.from({ length: 10 }, () => verifier.verify(claim('right'), NEVER))
  assert.ok((await Promise.all(ten)).every(Boolean))
  assert.equal(calls.length, 1)
  clock.now = 999
  assert.equal(await verifier.verify(claim('right'), NEVER), true)
  assert.equal(calls.length, 1)
  clock.now = 1000
  assert.equal(await verifier.verify(claim('right'), NEVER), true)
  assert.equal(calls.length, 2)
})

test('what is remembered holds for this user, hash and password only', async () => {
  const { verifier, calls } = counting()
  await verifier.verify(claim('right'), NEVER)
  await verifier.verify({ ...claim('right'), user: 'other' }, NEVER)
  await verifier.verify({ ...claim('right'), hash: 'new' }, NEVER)
  assert.equal(calls.length, 3)
})

test('a wrong password is compared every time, as is one that cannot succeed', async () => {
  const { verifier, calls } = counting()
  for (let i = 0; i < 3; i += 1) {
    assert.equal(await verifier.verify(claim('wrong'), NEVER), false)
    await verifier.waste({ hash: 'hash', password: 'right' }, NEVER)
  }
  assert.equal(calls.length, 6)
})

test('the oldest is forgotten when too many are remembered, and all when told', async () => {
  const { verifier, calls } = counting()
  for (const password of ['right 1', 'right 2', 'right 3', 'right 2', 'right 1']) {
    await verifier.verify(claim(password), NEVER)
  }
  assert.deepEqual(calls, ['right 1', 'right 2', 'right 3', 'right 1'])
  verifier.forget()
  await verifier.verify(claim('right 1'), NEVER)
  assert.equal(calls.length, 5)
})

test('a result from before a reload is not remembered after it', async () => {
  const { verifier, running } = verifierWith()
  const before = verifier.verify(claim('a'), NEVER)
  await settled()
  verifier.forget()
  running[0]?.end(true)
  assert.equal(await before, true)
  void verifier.verify(claim('a'), NEVER)
  await settled()
  assert.equal(running.length, 2)
  running[1]?.end(true)
})

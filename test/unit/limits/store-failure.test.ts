import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../../src/core/fault.js'
import { MemoryCounters } from '../../../src/limits/memory-counters.js'
import { MemoryMarks } from '../../../src/limits/memory-marks.js'
import { A, limitsWith } from './support.js'

for (const method of ['get', 'set', 'claim', 'add', 'clear'] as const) {
  test(`a store whose ${method} fails refuses`, async t => {
    const { limits } = limitsWith({
      pairFailures: { count: 1, window: 1000, block: 1000 },
      addressFailures: { count: 1, window: 1000 },
    })
    const fail = () => Promise.reject(new Error('store is away'))
    if (method === 'add' || method === 'clear') t.mock.method(MemoryCounters.prototype, method, fail)
    else t.mock.method(MemoryMarks.prototype, method, fail)
    const unavailable = (error: unknown) =>
      error instanceof Fault && error.reason === 'limiter_unavailable' && error.kind !== 'internal'
    const calls = {
      get: () => limits.connections.admit(A),
      set: () => limits.logins.failed('acme', A),
      claim: () => limits.logins.failed('acme', A),
      add: () => limits.connections.admit(A),
      clear: () => limits.logins.succeeded('acme', A),
    }
    await assert.rejects(calls[method](), unavailable)
  })
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backOff } from '../../../src/hooks/back-off.js'
import { newNoticeId, payloadOf } from '../../../src/hooks/notice.js'
import { sign } from '../../../src/hooks/signature.js'
import { notice } from './support.js'

test('the signature is an HMAC-SHA256 over time, dot and body', () => {
  // printf '1700000000.{"id":"1"}' | openssl dgst -sha256 -hmac 'a secret of at least 32 characters'
  assert.equal(
    sign('a secret of at least 32 characters', '{"id":"1"}', 1_700_000_000_999),
    't=1700000000,v1=887ee88590a0a43b615ef6d9e7c9f5696e286717a7e92b6dc9f9992d1449c7e4',
  )
})

const RETRY = { delay: 2000, maxDelay: 600_000, giveUpAfter: 86_400_000 }

const WAITS: readonly (readonly [attempt: number, random: number, expected: number])[] = [
  [1, 0, 1000],
  [1, 1, 2000],
  [2, 1, 4000],
  [3, 0.5, 6000],
  [9, 1, 512_000],
  [10, 1, 600_000],
  [5000, 1, 600_000],
]

for (const [attempt, random, expected] of WAITS) {
  test(`attempt ${attempt} is followed by the next after ${expected} ms`, () => {
    assert.equal(backOff(RETRY, attempt, random), expected)
  })
}

test('ids are UUIDs of version 7 whose order is that of their times', () => {
  const time = fc.integer({ min: 0, max: 2 ** 48 - 1 })
  fc.assert(
    fc.property(time, time, (a, b) => {
      const [first, second] = [newNoticeId(a), newNoticeId(b)]
      assert.match(first, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      assert.notEqual(first, second)
      if (a !== b) assert.equal(first < second, a < b)
    }),
  )
})

test('what a webhook is sent tells nothing of the host', () => {
  const sent = payloadOf(notice(), 3)
  assert.deepEqual(Object.keys(sent), [
    'id',
    'event',
    'time',
    'attempt',
    'user',
    'session',
    'client',
    'path',
    'size',
    'bytes',
    'resumedFrom',
    'sha256',
    'close',
  ])
  assert.ok(!JSON.stringify(sent).includes('/srv/'))
})

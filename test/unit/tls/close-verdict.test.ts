import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ByteCounts, closeVerdict } from '../../../src/tls/close-verdict.js'

// Clients whose records other programs cannot be made to send; the rest is test/integration/close-verdict.test.ts.

const HELLO = 323
const CHANGE_CIPHER_SPEC = 6

/** A file of so many full records from a client that adds so much padding to each record it sends. */
function counts({
  records,
  padding,
  alerts,
}: {
  records: number
  padding: number
  alerts: number
}): ByteCounts {
  const overhead = 22 + padding
  const clear = records * 16_384
  const finished = overhead + 36
  const raw = HELLO + CHANGE_CIPHER_SPEC + finished + clear + records * overhead + alerts * (overhead + 2)
  return {
    version: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    raw,
    clear,
    records,
    hello: HELLO,
    resumed: false,
  }
}

const SIZES = [0, 1, 2, 3, 4, 5, 6, 100, 65_536]

describe('what Java sends over TLS 1.3: 16 bytes of padding in each record, user_canceled, close_notify', () => {
  test('is a clean end, as it was measured with JDK 17', () => {
    const measured = { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', resumed: false } as const
    assert.equal(closeVerdict({ ...measured, raw: 524, clear: 3, records: 1, hello: 323 }), 'clean')
  })

  for (const records of SIZES)
    test(`${records} records`, () => {
      assert.equal(closeVerdict(counts({ records, padding: 16, alerts: 2 })), 'clean')
      assert.equal(closeVerdict(counts({ records, padding: 16, alerts: 1 })), 'clean')
      assert.equal(closeVerdict(counts({ records, padding: 16, alerts: 0 })), 'cut')
    })
})

describe('without padding', () => {
  for (const records of SIZES)
    test(`${records} records`, () => {
      assert.equal(closeVerdict(counts({ records, padding: 0, alerts: 1 })), 'clean')
      assert.equal(closeVerdict(counts({ records, padding: 0, alerts: 0 })), 'cut')
    })
})

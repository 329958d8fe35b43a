import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GENESIS } from '../../../src/audit/chain.js'
import { jsonLines } from '../../../src/audit/json-lines.js'
import { fieldsOf, MAX_LINE_BYTES } from '../../../src/audit/record.js'
import { auditRecord } from '../../../src/audit/schema.js'
import {
  type AuditEvent,
  EVENT_NAMES,
  fileDeleted,
  fileRenamed,
  fileUploaded,
  type Subject,
} from '../../../src/core/audit-event.js'
import { SAMPLES } from './samples.js'

const SUBJECT: Subject = { session: 's1', client: { address: '203.0.113.7', port: 40_000 }, user: 'acme' }

const NOBODY = 'nobody'

function lineOf(event: AuditEvent, subject: Subject | typeof NOBODY = SUBJECT): string {
  let line: Buffer | undefined
  jsonLines(written => {
    line = written
  }).info(fieldsOf(event, subject === NOBODY ? undefined : subject, { seq: 7, prev: GENESIS }))
  assert.ok(line)
  return line.toString()
}

test('a record has its fields in one order and nothing else', () => {
  const line = lineOf(fileRenamed('/a', '/b')).replace(/"time":"[^"]*"/, '"time":"T"')
  assert.equal(
    line,
    `{"v":1,"time":"T","seq":7,"event":"file.renamed","outcome":"success","session":"s1",` +
      `"client":{"address":"203.0.113.7","port":40000},"user":"acme","path":"/a","to":"/b","prev":"${GENESIS}"}`,
  )
})

test('without a subject its fields are left out, as is what is undefined', () => {
  const record = JSON.parse(lineOf({ event: 'x', outcome: 'success', detail: { gone: undefined } }, NOBODY))
  assert.deepEqual(Object.keys(record), ['v', 'time', 'seq', 'event', 'outcome', 'prev'])
})

test('there is a sample of every event, and each fits the schema', () => {
  assert.deepEqual(SAMPLES.map(({ event }) => event).sort(), [...EVENT_NAMES].sort())
  for (const sample of SAMPLES) auditRecord.parse(JSON.parse(lineOf(sample)))
})

test('no event has a detail that would hide a common field', () => {
  const common = Object.keys(
    JSON.parse(lineOf({ event: 'x', outcome: 'denied', reason: 'banned', detail: {} })),
  )
  for (const { event, detail } of SAMPLES) {
    assert.deepEqual(
      Object.keys(detail).filter(name => common.includes(name)),
      [],
      event,
    )
  }
})

test('a detail with a common name does not replace it', () => {
  const record = JSON.parse(
    lineOf({ event: 'x', outcome: 'denied', detail: { seq: 99, prev: 'mine', user: 'root' } }),
  )
  assert.deepEqual([record.seq, record.prev, record.user], [7, GENESIS, 'acme'])
})

const HOSTILE: readonly (readonly [what: string, name: string])[] = [
  ['a forged line', '/a\r\n{"v":1,"seq":8,"event":"login.succeeded"}\n'],
  ['an escape sequence', '/\x1b[2J\x1b]0;owned\x07'],
  ['a C1 control', '/\u009b2J'],
  ['DEL', '/\x7f'],
  ['a line separator', '/a\u2028b\u2029'],
  ['a bidirectional override', '/txt.\u202eexe'],
  ['zero width and a byte order mark', '/a\u200bb\ufeff'],
  ['invisible tags', '/a\u{e0041}'],
  ['half a surrogate pair', '/a\ud800'],
  ['quotes and backslashes', '/"\\","prev":"x"'],
]

for (const [what, name] of HOSTILE) {
  test(`${what} in a name stays inside its string`, () => {
    const line = lineOf(fileDeleted(name))
    assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    assert.equal(JSON.parse(line).path, name)
  })
}

test('any text is one safe line of at most 16 KiB that says what it left out', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20_000, size: 'max' })
  fc.assert(
    fc.property(text, text, (path, to) => {
      const line = lineOf(fileRenamed(path, to), { ...SUBJECT, user: path })
      assert.ok(Buffer.byteLength(line) < MAX_LINE_BYTES, `${Buffer.byteLength(line)}`)
      assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      const record = JSON.parse(line)
      const shortened = ['path', 'to'].filter(field => record[field] !== { path, to }[field])
      assert.deepEqual(record.shortened ?? [], shortened)
    }),
    { numRuns: 50 },
  )
})

test('only what is too long is shortened', () => {
  const facts = {
    bytes: 1,
    seconds: 1,
    resumedFrom: 0,
    size: 1,
    sha256: 'a'.repeat(64),
    close: 'clean',
  } as const
  const fits = JSON.parse(lineOf(fileUploaded(`/${'a'.repeat(14_000)}`, facts)))
  assert.equal(fits.shortened, undefined)
  const cut = JSON.parse(lineOf(fileUploaded(`/${'💾'.repeat(9000)}`, facts)))
  assert.deepEqual(cut.shortened, ['path'])
  assert.match(cut.path, /^\/(💾)+…$/u)
  assert.equal(cut.sha256, facts.sha256)
})

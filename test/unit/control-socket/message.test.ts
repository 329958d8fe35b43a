import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listed, MAX_ANSWER_BYTES, parseAnswer } from '../../../src/control-socket/message.js'

test('a list is cut where it would be too long, and says so', () => {
  assert.deepEqual(listed([1, 2]), { entries: [1, 2], more: 0 })
  // The longest a line of `sessions` can be: names have 64 characters, each of up to six bytes in JSON.
  const line = {
    id: '0'.repeat(16),
    user: '\u{1f600}'.repeat(64),
    address: 'f'.repeat(39),
    since: '',
    state: 'SITE',
    bytes: 2 ** 53,
  }
  const { entries, more } = listed(Array.from({ length: 100_000 }, () => line))
  assert.equal(more, 90_000)
  assert.ok(Buffer.byteLength(JSON.stringify(entries)) < MAX_ANSWER_BYTES / 2)
})

for (const line of [
  '',
  'null',
  '[]',
  '{}',
  '{"ok":1}',
  '{"ok":false}',
  '{"ok":false,"error":5}',
  'HTTP/1.1 200 OK',
])
  test(`no answer: ${line}`, () => assert.equal(parseAnswer(line), undefined))

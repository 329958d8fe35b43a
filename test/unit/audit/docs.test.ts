import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { auditJsonSchema } from '../../../src/audit/schema.js'
import { EVENT_NAMES } from '../../../src/core/audit-event.js'
import { FAULT_KINDS, REASONS } from '../../../src/core/reason.js'
import { SAMPLES } from './samples.js'

/** From the compiled file to the root of the project. */
const doc = (name: string): Promise<string> =>
  readFile(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8')

/** The rows of a marked table: their first cell, and the words in code style of the second. */
async function rowsOf(table: string): Promise<Map<string, string[]>> {
  const [, text = ''] = (await doc('audit.md')).split(new RegExp(`<!-- /?${table} -->`))
  const rows = Array.from(text.matchAll(/^\| `([^`]+)` \|([^|]*)\|/gm), ([, name = '', cell = '']) => {
    const words = Array.from(cell.matchAll(/`([^`]+)`/g), ([, word = '']) => word)
    return [name, words] as const
  })
  assert.equal(new Set(rows.map(([name]) => name)).size, rows.length, 'a row is there twice')
  return new Map(rows)
}

test('every event is documented, and no other', async () => {
  assert.deepEqual([...(await rowsOf('events')).keys()].sort(), [...EVENT_NAMES].sort())
})

test('every field of every event is documented, and no other', async () => {
  const rows = await rowsOf('events')
  for (const { event, detail } of SAMPLES) {
    assert.deepEqual([...(rows.get(event) ?? [])].sort(), Object.keys(detail).sort(), event)
  }
})

test('every reason is documented, and no other', async () => {
  assert.deepEqual([...(await rowsOf('reasons')).keys()].sort(), [...REASONS, ...FAULT_KINDS].sort())
})

test('the published schema is that of the code', async () => {
  assert.deepEqual(JSON.parse(await doc('audit.schema.json')), JSON.parse(JSON.stringify(auditJsonSchema())))
})

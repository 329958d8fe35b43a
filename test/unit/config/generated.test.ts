import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { jsonSchemaText } from '../../../src/config/json-schema.js'
import { loadConfig } from '../../../src/config/load.js'
import { insertKeyTables, keyReference } from '../../../src/config/reference.js'

/** From build/test/unit/config to the root of the project. */
const at = (path: string) => new URL(`../../../../${path}`, import.meta.url)
const REMEDY = 'run: npm run build && node scripts/generate-docs.mjs'

test('the committed JSON Schema is that of the code', async () => {
  assert.equal(await readFile(at('config/portcullis.schema.json'), 'utf8'), jsonSchemaText(), REMEDY)
})

test('docs/configuration.md lists every key, with its default, and no other', async () => {
  const page = await readFile(at('docs/configuration.md'), 'utf8')
  assert.equal(page, insertKeyTables(page), REMEDY)
})

test('every key says what it means', () => {
  assert.deepEqual(
    keyReference().filter(({ meaning }) => meaning === ''),
    [],
  )
})

test('the example validates and shows every key', async () => {
  const file = at('config/portcullis.example.yaml')
  await loadConfig(file.pathname)
  const shown = new Set(pathsIn(parseDocument(await readFile(file, 'utf8')).contents, ''))
  assert.deepEqual(
    keyReference()
      .map(({ path }) => path)
      .filter(path => !shown.has(path)),
    [],
  )
})

test('the example shows the defaults', async () => {
  const example = parseDocument(await readFile(at('config/portcullis.example.yaml'), 'utf8')).toJS()
  for (const { path, default: expected } of keyReference()) {
    if (expected === undefined || path.includes('[]')) continue
    const value = path.split('.').reduce((section, key) => section?.[key], example)
    const written = typeof value === 'string' && !expected.startsWith('"') ? value : JSON.stringify(value)
    assert.equal(written, expected, path)
  }
})

const pathsIn = (node: unknown, path: string): string[] => {
  if (isSeq(node)) return [path, ...node.items.flatMap(item => pathsIn(item, `${path}[]`))]
  if (!isMap(node)) return [path]
  return [
    path,
    ...node.items.flatMap(({ key, value }) => {
      const name = String(isScalar(key) ? key.value : key)
      return pathsIn(value, path === '' ? name : `${path}.${name}`)
    }),
  ]
}

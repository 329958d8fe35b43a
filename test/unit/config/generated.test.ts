import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { jsonSchemaText } from '../../../src/config/json-schema.js'
import { loadConfig, parseConfig } from '../../../src/config/load.js'
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

/** The example as it is, and with the sections it has in comments, because they are off by default, turned on. */
async function examples() {
  const file = at('config/portcullis.example.yaml')
  const text = await readFile(file, 'utf8')
  const full = text
    .replace(/^ {2}(webhook|command): null.*\n/gm, '')
    .replace(/^ {2}# (?=(webhook|command):| +[\w-])/gm, '  ')
  // Of the certificates a user can have in comments, one at a time.
  const certificates = Array.from(full.matchAll(/^ {4}# certificate:\n(?: {4}# {3}.*\n)+/gm), ([block]) =>
    full
      .replace(/^ {4}certificate: null.*\n/m, block.replace(/^ {4}# /gm, '    '))
      .replace('mode: off', 'mode: optional')
      .replace(/ca: null # for instance (\S+).*/, 'ca: $1'),
  )
  return { file, all: [text, full, ...certificates] }
}

test('the example validates, also with what it has in comments', async () => {
  const { file, all } = await examples()
  await loadConfig(file.pathname)
  assert.equal(new Set(all).size, 4)
  for (const text of all)
    await parseConfig(text.replace('!file ../secrets/webhook', 'x'.repeat(32)), file.pathname)
})

test('the example shows every key', async () => {
  const { all } = await examples()
  const shown = new Set(all.flatMap(yaml => pathsIn(parseDocument(yaml).contents, '')))
  assert.deepEqual(
    keyReference()
      .map(({ path }) => path)
      .filter(path => !shown.has(path)),
    [],
  )
})

test('the example shows the defaults', async () => {
  const { all } = await examples()
  const shown = all.map(yaml => parseDocument(yaml).toJS())
  for (const { path, default: expected } of keyReference()) {
    if (expected === undefined || path.includes('[]')) continue
    const written = shown.map(example => {
      const value = path.split('.').reduce((section, key) => section?.[key], example)
      return typeof value === 'string' && !expected.startsWith('"') ? value : JSON.stringify(value)
    })
    assert.ok(written.includes(expected), `${path}: ${written.join(', ')}`)
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

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { insertMatrix } from './table.js'

test('docs/clients.md carries the matrix as it is tested', () => {
  const page = readFileSync(new URL('../../../docs/clients.md', import.meta.url), 'utf8')
  assert.equal(page, insertMatrix(page), 'npm run docs writes it')
})

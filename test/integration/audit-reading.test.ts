import assert from 'node:assert/strict'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { linesBackward } from '../../src/audit/backward.js'
import { linesForward } from '../../src/audit/forward.js'
import { parseRecord } from '../../src/audit/parse.js'
import { tempDir } from '../helpers/temp-dir.js'

const CASES: readonly (readonly [text: string, lines: readonly string[], ended: boolean])[] = [
  ['', [], true],
  ['a', ['a'], false],
  ['a\n', ['a'], true],
  ['a\nb', ['a', 'b'], false],
  ['\n', [''], true],
  ['\n\na\n', ['', '', 'a'], true],
]

async function bothWays(file: string) {
  await using handle = await open(file, 'r')
  const forward = []
  for await (const { bytes, ended } of linesForward(handle)) forward.push({ text: bytes.toString(), ended })
  const backward = Array.from(linesBackward(file), ({ bytes, ended }) => ({ text: bytes.toString(), ended }))
  return { forward, backward: backward.reverse() }
}

for (const [text, lines, ended] of CASES) {
  test(`the lines of ${JSON.stringify(text)}`, async () => {
    await using dir = await tempDir()
    const file = join(dir.path, 'log')
    await writeFile(file, text)
    const expected = lines.map((line, index) => ({ text: line, ended: ended || index < lines.length - 1 }))
    const { forward, backward } = await bothWays(file)
    assert.deepEqual(forward, expected)
    assert.deepEqual(backward, expected)
  })
}

test('reading forward and backward gives the same lines across chunks', async () => {
  await using dir = await tempDir()
  const file = join(dir.path, 'log')
  const lengths = fc.array(fc.nat({ max: 30_000 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(lengths, fc.boolean(), async (sizes, ended) => {
      await writeFile(file, sizes.map(size => 'x'.repeat(size)).join('\n') + (ended ? '\n' : ''))
      const { forward, backward } = await bothWays(file)
      assert.deepEqual(backward, forward)
    }),
    { numRuns: 50 },
  )
})

test('a line without end takes no memory forward and is refused backward', async () => {
  await using dir = await tempDir()
  const file = join(dir.path, 'log')
  await writeFile(file, Buffer.alloc(3 * 1024 * 1024))
  await using handle = await open(file, 'r')
  for await (const { bytes } of linesForward(handle)) assert.ok(bytes.length <= 32 * 1024)
  assert.throws(() => [...linesBackward(file)], /longer than any audit record/)
})

const hash = 'a'.repeat(64)
const NO_RECORDS = [
  '',
  '[]',
  'null',
  '{',
  '{"v":1}',
  `{"v":2,"seq":1,"event":"x","prev":"${hash}"}`,
  `{"v":1,"seq":0,"event":"x","prev":"${hash}"}`,
  `{"v":1,"seq":1.5,"event":"x","prev":"${hash}"}`,
  `{"v":1,"seq":1,"event":"x","prev":"${hash.toUpperCase()}"}`,
  `\ufeff{"v":1,"seq":1,"event":"x","prev":"${hash}"}`,
]

test('only a record is read as one', () => {
  assert.equal(parseRecord(Buffer.from(`{"v":1,"seq":1,"event":"x","prev":"${hash}"}`))?.seq, 1)
  for (const text of NO_RECORDS) assert.equal(parseRecord(Buffer.from(text)), undefined, text)
  assert.equal(
    parseRecord(Buffer.from(`{"v":1,"seq":1,"event":"\xff","prev":"${hash}"}`, 'latin1')),
    undefined,
  )
})

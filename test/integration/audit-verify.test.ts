import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { verifyAuditLog } from '../../src/audit/verify.js'
import { fileDeleted, serverStopped } from '../../src/core/audit-event.js'
import { auditFolder } from '../helpers/audit-log.js'
import { at, edit, withLines, without } from '../helpers/lines.js'
import { SAMPLES } from '../unit/audit/samples.js'

const KEY = Buffer.from('a key that is not in any repository')
const COUNT = 9

/** Lines as given, and the first problem that must be found: its kind and the line it names. */
type Tampering = (lines: string[]) => string[]
const CASES: readonly (readonly [what: string, tamper: Tampering, kind: string, line: number])[] = [
  ['a changed name', lines => edit(lines, 4, text => text.replace('/f4', '/fX')), 'changed', 4],
  ['a changed first line', lines => edit(lines, 1, text => text.replace('/f1', '/fX')), 'changed', 1],
  ['a changed time', lines => edit(lines, 4, text => text.replace(/"time":"2/, '"time":"3')), 'changed', 4],
  ['a changed number', lines => edit(lines, 4, text => text.replace('"seq":4', '"seq":40')), 'changed', 4],
  ['a changed hash', lines => edit(lines, 4, text => text.replace(/"prev":"./, '"prev":"g')), 'changed', 4],
  [
    'another hash',
    lines => edit(lines, 4, text => text.replace(/.{64}"}$/, `${'0'.repeat(64)}"}`)),
    'changed',
    4,
  ],
  ['a blank added', lines => edit(lines, 4, text => text.replace('{', '{ ')), 'changed', 4],
  ['a carriage return added', lines => edit(lines, 4, text => `${text}\r`), 'changed', 4],
  ['a line made unreadable', lines => edit(lines, 4, () => 'nothing to see here'), 'changed', 4],
  ['a line cut short', lines => edit(lines, 4, text => text.slice(0, 40)), 'changed', 4],
  ['an emptied line', lines => edit(lines, 4, () => ''), 'changed', 4],
  ['a removed line', lines => without(lines, 4), 'removed', 4],
  ['three removed lines', lines => without(lines, 4, 3), 'removed', 4],
  ['a doubled line', lines => withLines(lines, 5, at(lines, 4)), 'inserted', 5],
  ['an older line again', lines => withLines(lines, 7, at(lines, 3)), 'inserted', 7],
  ['two older lines again', lines => withLines(lines, 7, at(lines, 2), at(lines, 3)), 'inserted', 7],
  ['a later line too early', lines => withLines(lines, 3, at(lines, 7)), 'inserted', 3],
  ['an unreadable line', lines => withLines(lines, 4, 'nothing to see here'), 'inserted', 4],
  ['an empty line', lines => withLines(lines, 4, ''), 'inserted', 4],
  ['an unreadable last line', lines => [...lines, 'nothing to see here'], 'inserted', COUNT + 1],
  ['the last line again', lines => [...lines, at(lines, COUNT)], 'inserted', COUNT + 1],
  ['two lines swapped', lines => withLines(without(lines, 5), 4, at(lines, 5)), 'inserted', 4],
  ['a line moved down', lines => withLines(without(lines, 4), 8, at(lines, 4)), 'removed', 4],
  [
    'a first line that is not the first',
    lines => edit(lines, 1, text => text.replace(/0{64}/, '1'.repeat(64))),
    'changed',
    1,
  ],
]

async function written(key?: Buffer) {
  const folder = await auditFolder({ key })
  using audit = folder.start()
  for (let i = 1; i <= COUNT; i += 1) audit.record(fileDeleted(`/f${i}`))
  return folder
}

for (const key of [undefined, KEY]) {
  for (const [what, tamper, kind, line] of CASES) {
    test(`${what} is named${key ? ' (with a key)' : ''}`, async () => {
      await using folder = await written(key)
      await folder.write(tamper(await folder.lines()))
      const [problem] = (await folder.verify()).problems
      assert.deepEqual(
        [problem?.kind, problem?.line, problem?.file],
        [kind, line, folder.file],
        problem?.message,
      )
    })
  }
}

test('a log nobody touched has no problem', async () => {
  await using folder = await written()
  const { records, firstSeq, lastSeq, problems, torn, tornTail, cleanStop, files } = await folder.verify()
  assert.deepEqual(
    { records, firstSeq, lastSeq, problems, torn, tornTail, cleanStop, files },
    {
      records: COUNT,
      firstSeq: 1,
      lastSeq: COUNT,
      problems: [],
      torn: [],
      tornTail: false,
      cleanStop: false,
      files: [folder.file],
    },
  )
  {
    using audit = folder.start()
    audit.record(serverStopped())
  }
  assert.equal((await folder.verify()).cleanStop, true)
})

test('a forged record with the right hash and number is named without a key', async () => {
  await using folder = await written()
  const lines = await folder.lines()
  const prev = createHash('sha256').update(at(lines, 3)).digest('hex')
  const forged = at(lines, 4).replace('/f4', '/forged')
  assert.ok(forged.includes(prev))
  const second = at(lines, 5)
    .replace('/f5', '/forged too')
    .replace(/.{64}"}$/, `${createHash('sha256').update(forged).digest('hex')}"}`)
  await folder.write(withLines(lines, 4, forged, second))
  const [problem] = (await folder.verify()).problems
  assert.deepEqual([problem?.kind, problem?.line], ['inserted', 4])
})

test('who rebuilds the chain without the key is found out', async () => {
  await using folder = await written(KEY)
  const lines = await folder.lines()
  let prev = '0'.repeat(64)
  const rebuilt = lines.map(text => {
    const line = text.replace('/f4', '/fX').replace(/.{64}"}$/, `${prev}"}`)
    prev = createHash('sha256').update(line).digest('hex')
    return line
  })
  await folder.write(rebuilt)
  assert.equal((await verifyAuditLog(folder.file)).problems.length, 0)
  const [problem] = (await folder.verify()).problems
  assert.equal(problem?.kind, 'key')
})

test('a wrong key is told apart from tampering', async () => {
  await using folder = await written(KEY)
  for (const key of [undefined, Buffer.from('another')]) {
    const { problems } = await verifyAuditLog(folder.file, { key })
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ['key'],
    )
  }
})

test('any one byte changed before the last line is found at its line', async () => {
  await using folder = await auditFolder()
  {
    using audit = folder.start()
    for (const sample of SAMPLES) {
      // It tells of an incomplete line, which is not there.
      if (sample.event !== 'audit.recovered') audit.record(sample)
    }
  }
  const lines = await folder.lines()
  const place = fc.record({
    line: fc.integer({ min: 1, max: lines.length - 2 }),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  })
  await fc.assert(
    fc.asyncProperty(place, async ({ line, at: share }) => {
      const index = Math.floor(share * at(lines, line).length)
      const flip = (text: string) =>
        text.slice(0, index) + (text[index] === 'x' ? 'y' : 'x') + text.slice(index + 1)
      await folder.write(edit(lines, line, flip))
      const [problem] = (await folder.verify()).problems
      assert.equal(problem?.line, line, problem?.message)
    }),
  )
})

test('any stretch removed before the last line is found at its place', async () => {
  await using folder = await written()
  const lines = await folder.lines()
  for (let from = 2; from < COUNT; from += 1) {
    for (let count = 1; from + count <= COUNT; count += 1) {
      await folder.write(without(lines, from, count))
      const [problem] = (await folder.verify()).problems
      assert.deepEqual([problem?.kind, problem?.line], ['removed', from])
    }
  }
})

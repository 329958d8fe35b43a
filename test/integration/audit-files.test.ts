import assert from 'node:assert/strict'
import { appendFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileDeleted } from '../../src/core/audit-event.js'
import { auditFolder } from '../helpers/audit-log.js'
import { at, edit, without } from '../helpers/lines.js'

const KEY = Buffer.from('a key that is not in any repository')
const COUNT = 9

async function written(key?: Buffer) {
  const folder = await auditFolder({ key })
  using audit = folder.start()
  for (let i = 1; i <= COUNT; i += 1) audit.record(fileDeleted(`/f${i}`))
  return folder
}

/** Four full files and the live one. */
async function rotated() {
  const folder = await auditFolder({ rotate: { size: 700, keep: 50 } })
  using audit = folder.start()
  for (let i = 1; i <= 20; i += 1) audit.record(fileDeleted(`/f${i}`))
  const names = await folder.names()
  assert.ok(names.length > 4)
  return { folder, names: names.slice(1) }
}

test('files are walked from the oldest to the live one', async () => {
  const { folder, names } = await rotated()
  await using _ = folder
  const { files, records, problems } = await folder.verify()
  assert.deepEqual(
    files,
    [...names, 'audit.jsonl'].map(name => join(folder.dir, name)),
  )
  assert.deepEqual([records, problems], [20, []])
})

test('missing oldest files are told, not failed', async () => {
  const { folder, names } = await rotated()
  await using _ = folder
  await rm(join(folder.dir, names[0] ?? ''))
  const { firstSeq, problems } = await folder.verify()
  assert.equal(firstSeq, Number(names[1]?.slice(-16)))
  assert.deepEqual(problems, [])
})

test('a missing file in between, a cut one and a beheaded one are named', async () => {
  const cases = [
    { damage: 'missing', kind: 'removed', index: 2, line: 1 },
    { damage: 'cut', kind: 'removed', index: 2, line: 1 },
    { damage: 'beheaded', kind: 'removed', index: 0, line: 1 },
    { damage: 'torn', kind: 'changed', index: 1, line: 2 },
  ]
  for (const { damage, kind, index, line } of cases) {
    const { folder, names } = await rotated()
    await using _ = folder
    const [first = '', second = ''] = names
    const lines = await folder.lines(second)
    if (damage === 'missing') await rm(join(folder.dir, second))
    if (damage === 'cut') await folder.write(lines.slice(0, 1), second)
    if (damage === 'beheaded') await folder.write((await folder.lines(first)).slice(1), first)
    if (damage === 'torn')
      await folder.write(
        edit(lines, 2, text => text.slice(0, 30)),
        second,
      )
    const [problem] = (await folder.verify()).problems
    const named = [problem?.kind, problem?.file, problem?.line]
    assert.deepEqual(named, [kind, join(folder.dir, names[index] ?? ''), line], damage)
  }
})

test('a torn tail is no tampering, and a start goes on after it', async () => {
  for (const key of [undefined, KEY]) {
    await using folder = await written(key)
    await appendFile(folder.file, '{"v":1,"time":"20')
    const before = await folder.verify()
    assert.deepEqual([before.tornTail, before.problems, before.records], [true, [], COUNT])
    {
      using audit = folder.start()
      audit.record(fileDeleted('/after'))
    }
    const after = await folder.verify()
    assert.deepEqual([after.tornTail, after.problems, after.lastSeq], [false, [], COUNT + 2])
    assert.deepEqual(after.torn, [{ file: folder.file, line: COUNT + 1 }])
    const lines = await folder.lines()
    assert.match(at(lines, COUNT + 2), /"event":"audit.recovered".*"lost":0,"torn":17,/)

    const cases: [string[], number][] = [
      [edit(lines, COUNT + 1, text => `${text}x`), COUNT + 1],
      [edit(lines, COUNT + 1, text => text.replace('v', 'w')), COUNT],
      [edit(lines, COUNT, text => text.replace('/f9', '/fX')), COUNT],
      [without(lines, COUNT + 1), COUNT + 1],
      [without(lines, COUNT + 2), COUNT + 1],
    ]
    for (const [change, line] of cases) {
      await folder.write(change)
      assert.equal((await folder.verify()).problems[0]?.line, line)
    }
  }
})

test('a last line that lacks only its newline is a record', async () => {
  await using folder = await written()
  const lines = await folder.lines()
  await folder.write(without(lines, COUNT))
  await appendFile(folder.file, at(lines, COUNT))
  {
    using audit = folder.start()
    audit.record(fileDeleted('/after'))
  }
  const { records, problems, torn } = await folder.verify()
  assert.deepEqual([records, problems, torn], [COUNT + 1, [], []])
})

import assert from 'node:assert/strict'
import { appendFile, mkdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { tailAuditLog } from '../../src/audit/tail.js'
import { fileDeleted, fileRenamed, loginFailed } from '../../src/core/audit-event.js'
import { Fault } from '../../src/core/fault.js'
import { auditFolder } from '../helpers/audit-log.js'

const unavailable = (error: unknown) => error instanceof Fault && error.kind === 'audit_unavailable'

test('a record is in the file when record returns, readable by owner and group only', async () => {
  await using folder = await auditFolder()
  using audit = folder.start()
  audit.record(fileDeleted('/a'), { session: 's', client: { address: '203.0.113.7', port: 1 }, user: 'acme' })
  const [line] = await folder.lines()
  assert.equal(JSON.parse(line ?? '').path, '/a')
  assert.equal((await stat(folder.file)).mode & 0o137, 0)
})

test('thousands of records with any names make one chain over restarts and files', async () => {
  await using folder = await auditFolder({ rotate: { size: 100_000, keep: 1000 } })
  let count = 0
  const name = fc.string({ unit: 'binary', maxLength: 40 })
  const batch = fc.array(fc.tuple(name, name), { minLength: 20, maxLength: 60 })
  fc.assert(
    fc.property(batch, names => {
      using audit = folder.start()
      for (const [path, to] of names) audit.record(fileRenamed(path, to))
      count += names.length
    }),
  )
  const { records, lastSeq, problems, files } = await folder.verify()
  assert.deepEqual([records, lastSeq, problems], [count, count, []])
  assert.ok(count > 1000 && files.length > 2, `${count} records in ${files.length} files`)
})

test('full files are kept up to their number, and one name holds one first record', async () => {
  await using folder = await auditFolder({ rotate: { size: 1000, keep: 2 } })
  using audit = folder.start()
  for (let i = 1; i <= 40; i += 1) audit.record(fileDeleted(`/f${i}`))
  const names = await folder.names()
  assert.equal(names.length, 3)
  for (const name of names.slice(1)) {
    assert.equal(JSON.parse((await folder.lines(name))[0] ?? '').seq, Number(name.slice(-16)))
    assert.ok((await stat(join(folder.dir, name))).size <= 1000)
  }
  assert.deepEqual((await folder.verify()).problems, [])
})

test('a file that cannot be rotated grows on, and says so once', async () => {
  await using folder = await auditFolder({ rotate: { size: 1000, keep: 2 } })
  using audit = folder.start()
  await mkdir(`${folder.file}.0000000000000001`)
  for (let i = 1; i <= 8; i += 1) audit.record(fileDeleted(`/f${i}`))
  assert.equal((await folder.lines()).length, 8)
  assert.deepEqual(folder.log.lines, ['error: the audit log cannot be rotated'])
})

test('a file moved away is written until reopen, and the new one goes on with the chain', async () => {
  await using folder = await auditFolder()
  using audit = folder.start()
  audit.record(fileDeleted('/1'))
  const moved = `${folder.file}.0000000000000001`
  await rename(folder.file, moved)
  audit.record(fileDeleted('/2'))
  audit.reopen()
  audit.record(fileDeleted('/3'))
  assert.equal((await folder.lines()).length, 1)
  const { records, problems } = await folder.verify()
  assert.deepEqual([records, problems], [3, []])
  await rm(moved)
  assert.deepEqual([(await folder.verify()).firstSeq, (await folder.verify()).problems], [3, []])
})

test('a file that was removed or cut under the server does not swallow records', async () => {
  await using folder = await auditFolder()
  using audit = folder.start()
  audit.record(fileDeleted('/1'))
  await rm(folder.file)
  audit.record(fileDeleted('/2'))
  assert.equal((await folder.lines()).length, 1)
  await truncate(folder.file)
  audit.record(fileDeleted('/3'))
  assert.equal((await folder.lines()).length, 1)
})

test('a start after rotation and before the first record of the new file goes on', async () => {
  await using folder = await auditFolder()
  {
    using audit = folder.start()
    for (const name of ['/1', '/2']) audit.record(fileDeleted(name))
  }
  await rename(folder.file, `${folder.file}.0000000000000001`)
  await writeFile(folder.file, '{"v":1,"ti')
  {
    using audit = folder.start()
    audit.record(fileDeleted('/3'))
  }
  const { problems, torn, lastSeq } = await folder.verify()
  assert.deepEqual([problems, torn, lastSeq], [[], [{ file: folder.file, line: 1 }], 4])
})

test('a file that is no audit log refuses the start', async () => {
  await using folder = await auditFolder({ onFailure: 'open' })
  await writeFile(folder.file, 'not a record\n'.repeat(100))
  assert.throws(() => folder.start(), unavailable)
  await rm(folder.file)
  await mkdir(folder.file)
  assert.throws(() => folder.start(), unavailable)
})

test('the folder of the log is made', async () => {
  await using folder = await auditFolder()
  const file = join(folder.dir, 'deep', 'er', 'audit.jsonl')
  await using other = await auditFolder({ file })
  using audit = other.start()
  audit.record(fileDeleted('/1'))
  assert.equal((await stat(dirname(file))).isDirectory(), true)
})

test('the tail is for people: newest last, over files, and harmless', async () => {
  await using folder = await auditFolder({ rotate: { size: 1000, keep: 50 } })
  {
    using audit = folder.start()
    const client = { address: '203.0.113.7', port: 1 }
    for (let i = 1; i <= 9; i += 1)
      audit.record(fileDeleted(`/f${i}`), { session: 's', client, user: 'acme' })
    audit.record(loginFailed('unknown_user', 'a b\x1b[2J\r\n\u202e'), { session: 's', client })
  }
  const tail = tailAuditLog(folder.file, 6)
  assert.equal(tail.length, 6)
  assert.match(tail[0] ?? '', /^\S+Z success file\.deleted +acme 203\.0\.113\.7 path=\/f5$/)
  const last = tail.at(-1) ?? ''
  assert.match(last, / denied +login\.failed +- 203\.0\.113\.7 reason=unknown_user attemptedUser="a b/)
  assert.doesNotMatch(last, /[\p{Cc}\p{Cf}]/u)
  assert.equal(tailAuditLog(folder.file, 1000).length, 10)
  await appendFile(folder.file, '\x1b]0;x\x07')
  assert.equal(tailAuditLog(folder.file, 1)[0], '(not a record) \\u001b]0;x\\u0007')
  assert.deepEqual(tailAuditLog(folder.file, 0), [])
})

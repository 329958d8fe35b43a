import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, readdirSync, readlinkSync } from 'node:fs'
import { readFile, rm, symlink } from 'node:fs/promises'
import { test } from 'node:test'
import { fileDeleted, serverStarted } from '../../src/core/audit-event.js'
import { Fault } from '../../src/core/fault.js'
import { auditFolder } from '../helpers/audit-log.js'

const unavailable = (error: unknown) => error instanceof Fault && error.kind === 'audit_unavailable'
const eventsOf = (lines: readonly string[]) => lines.map(line => JSON.parse(line).event)

/** A log on a disk that is full until the link points elsewhere. */
async function fullDisk(onFailure: 'closed' | 'open') {
  const folder = await auditFolder({ onFailure })
  await symlink('/dev/full', folder.file)
  return { folder, makeRoom: () => rm(folder.file) }
}

test('closed: a full disk stops what cannot be recorded, and the count of it is recorded later', async () => {
  const { folder, makeRoom } = await fullDisk('closed')
  await using _ = folder
  using audit = folder.start()
  assert.equal(audit.healthy, true)
  for (let i = 0; i < 3; i += 1) assert.throws(() => audit.record(fileDeleted('/lost')), unavailable)
  assert.equal(audit.healthy, false)
  await makeRoom()
  audit.record(fileDeleted('/kept'))
  assert.equal(audit.healthy, true)
  const lines = await folder.lines()
  assert.deepEqual(eventsOf(lines), ['audit.recovered', 'file.deleted'])
  assert.equal(JSON.parse(lines[0] ?? '').lost, 3)
  assert.deepEqual(folder.log.lines, [
    'error: the audit log cannot be written',
    'warn: the audit log is written again',
  ])
  assert.deepEqual((await folder.verify()).problems, [])
})

test('open: a full disk loses records and nothing else, and says so once per outage', async () => {
  const { folder, makeRoom } = await fullDisk('open')
  await using _ = folder
  using audit = folder.start()
  for (let i = 0; i < 3; i += 1) audit.record(fileDeleted('/lost'))
  assert.equal(audit.healthy, false)
  assert.equal(folder.log.lines.length, 1)
  await makeRoom()
  audit.record(fileDeleted('/kept'))
  assert.match((await folder.lines())[0] ?? '', /"event":"audit.recovered".*"lost":3,/)
})

test('a handle that died costs one record', async () => {
  await using folder = await auditFolder()
  using audit = folder.start()
  audit.record(fileDeleted('/1'))
  const fds = readdirSync('/proc/self/fd').filter(fd => targetOf(fd) === folder.file)
  for (const fd of fds) closeSync(Number(fd))
  assert.throws(() => audit.record(fileDeleted('/2')), unavailable)
  audit.record(fileDeleted('/3'))
  assert.deepEqual(eventsOf(await folder.lines()), ['file.deleted', 'audit.recovered', 'file.deleted'])
  assert.deepEqual((await folder.verify()).problems, [])
})

const targetOf = (fd: string): string | undefined => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return undefined
  }
}

/** Writes records in a process of its own, as fast as it can, and tells the number of each that was written. */
const WRITER = `
  const { AuditLog } = await import(process.argv[1])
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const audit = new AuditLog({
    file: process.argv[2], rotate: { size: 1e9, keep: 1 }, onFailure: 'open', log: quiet,
  })
  for (let i = 1; i <= Number(process.argv[3]); i += 1) {
    audit.record({ event: 'file.deleted', outcome: 'success', detail: { path: '/' + 'x'.repeat(300), i } })
    if (audit.healthy) process.stdout.write(i + '\\n')
  }`

const writer = (file: string, count: number, limitKiB?: number) => {
  const module = new URL('../../src/audit/log.js', import.meta.url).href
  const args = ['--input-type=module', '--eval', WRITER, module, file, String(count)]
  const limit = limitKiB === undefined ? '' : `ulimit -f ${limitKiB}; `
  return spawn('bash', ['-c', `${limit}exec "$0" "$@"`, process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

test('kill -9 leaves whole records, at most a torn tail, and a start goes on', async () => {
  await using folder = await auditFolder()
  const child = writer(folder.file, 1e6)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (text.length > 2000) child.kill('SIGKILL')
  })
  await once(child, 'close')
  // The last whole line.
  const told = Number(text.split('\n').at(-2))
  const { records, problems } = await folder.verify()
  assert.deepEqual(problems, [])
  assert.ok(records >= told, `${records} records of ${told}`)
  {
    using audit = folder.start()
    audit.record(serverStarted({ address: '::', port: 990, node: 'v20' }))
  }
  assert.deepEqual((await folder.verify()).problems, [])
})

test('a line that the disk takes only in part is accounted for', async () => {
  await using folder = await auditFolder()
  const child = writer(folder.file, 50, 10)
  child.stdout.resume()
  await once(child, 'close')
  const before = await readFile(folder.file)
  assert.equal(before.length, 10 * 1024)
  assert.notEqual(before.at(-1), 0x0a)
  assert.equal((await folder.verify()).tornTail, true)
  {
    using audit = folder.start()
    audit.record(fileDeleted('/after'))
  }
  const { problems, torn } = await folder.verify()
  assert.deepEqual([problems, torn.length], [[], 1])
})

import assert from 'node:assert/strict'
import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { verifyAuditLog } from '../../src/audit/verify.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { beginUpload } from '../helpers/running-transfer.js'
import { type TestServer, testServer } from '../helpers/server.js'
import { NEEDS_MOUNT, SmallDisk } from '../helpers/small-disk.js'
import { stored } from '../helpers/stored.js'
import { tempDir } from '../helpers/temp-dir.js'

/** The least that may be configured. */
const FULL_FILE = 65_536
/** The audit log of a page or so beneath this is about to be full. */
const ALMOST = FULL_FILE - 2_048

const onDisk = (folder: string) =>
  testServer({
    config: { audit: { file: join(folder, 'audit.jsonl'), rotate: { size: '64KiB', keep: 100 } } },
  })

/** Takes all the room there is on the audit log's disk. Gives it back when called. */
async function fillDisk(server: TestServer): Promise<() => Promise<void>> {
  const file = join(dirname(server.auditFile), 'filler')
  await assert.rejects(writeFile(file, Buffer.alloc(1 << 20)), { code: 'ENOSPC' })
  return () => rm(file)
}

/** Makes records until one cannot be written. */
async function recordAll(client: FtpClient): Promise<void> {
  for (let count = 0; (await client.command('NONSENSE')).code === 500; count++)
    assert.ok(count < 1_000, 'the disk is not full')
}

async function refusesAll(server: TestServer, client: FtpClient): Promise<void> {
  for (const line of ['STOR new', 'RETR old', 'MKD new', 'EPSV'])
    assert.equal((await client.command(line)).code, 451, line)
  await assert.rejects(FtpClient.connect(server.port))
  assert.deepEqual(await stored(server.home), [])
}

async function isBack(server: TestServer, client: FtpClient): Promise<void> {
  assert.equal((await client.upload('STOR new', 'new')).code, 226)
  assert.equal((await client.command('DELE new')).code, 250)
  using late = await FtpClient.login(server.port)
  assert.equal((await late.command('PWD')).code, 257)
  assert.deepEqual((await verifyAuditLog(server.auditFile)).problems, [])
}

test('the audit log’s disk is full: nothing begins that would go unrecorded, and by itself all goes on', async t => {
  await using dir = await tempDir()
  using disk = SmallDisk.over(dir.path, 'size=512k')
  if (!disk) return t.skip(NEEDS_MOUNT)
  await using server = await onDisk(dir.path)
  using client = await FtpClient.login(server.port)
  using busy = await FtpClient.login(server.port)
  const socket = await beginUpload(server, busy, 'up')
  const makeRoom = await fillDisk(server)
  await recordAll(client)
  await refusesAll(server, client)
  // The partial of an upload that could not be recorded is kept for its owner, and seen by nobody else.
  socket.end()
  assert.equal((await busy.reply()).code, 451)
  assert.deepEqual(await stored(server.home), [])
  await makeRoom()
  await isBack(server, client)
})

test('the audit log’s disk is full when a new file is to be begun: the chain goes on in it later', async t => {
  await using dir = await tempDir()
  using disk = SmallDisk.over(dir.path, 'size=512k')
  if (!disk) return t.skip(NEEDS_MOUNT)
  await using server = await onDisk(dir.path)
  using client = await FtpClient.login(server.port)
  while ((await stat(server.auditFile)).size < ALMOST) await client.command('NONSENSE')
  const makeRoom = await fillDisk(server)
  await recordAll(client)
  assert.equal((await stat(server.auditFile)).size, 0)
  await refusesAll(server, client)
  await makeRoom()
  await isBack(server, client)
  assert.equal((await readdir(dir.path)).length, 2)
})

test('the audit log’s disk is read-only: when it can be written again, by itself all goes on', async t => {
  await using dir = await tempDir()
  await using server = await onDisk(join(dir.path, 'log'))
  using client = await FtpClient.login(server.port)
  {
    using disk = SmallDisk.over(join(dir.path, 'log'), 'size=512k')
    if (!disk) return t.skip(NEEDS_MOUNT)
    disk.makeReadOnly()
    server.portcullis.reopenLogs()
    await recordAll(client)
    await refusesAll(server, client)
  }
  await isBack(server, client)
})

import assert from 'node:assert/strict'
import { readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { verifyAuditLog } from '../../src/audit/verify.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { beginUpload } from '../helpers/running-transfer.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'

/** Lets the disk of the audit log be full; the function that is returned makes room again. */
async function fillDisk(server: TestServer): Promise<() => Promise<void>> {
  const kept = `${server.auditFile}.kept`
  await rename(server.auditFile, kept)
  await symlink('/dev/full', server.auditFile)
  server.portcullis.reopenLogs()
  return async () => {
    await rm(server.auditFile)
    await rename(kept, server.auditFile)
    server.portcullis.reopenLogs()
  }
}

test('closed: while nothing can be recorded nobody gets in and no file comes or goes', async () => {
  await using server = await testServer({ config: { audit: { file: 'audit.jsonl', onFailure: 'closed' } } })
  await writeFile(join(server.home, 'old'), 'old')
  using client = await FtpClient.login(server.port)
  using greeted = await FtpClient.connect(server.port)
  const makeRoom = await fillDisk(server)

  // Its data connection finds the log out; from then on nothing begins.
  assert.equal((await client.upload('STOR new', 'x')).code, 451)
  for (const line of ['EPSV', 'STOR new', 'STOR old', 'APPE old', 'STOU', 'RETR old', 'MKD new', 'DELE old'])
    assert.equal((await client.command(line)).code, 451, line)
  assert.deepEqual(await readdir(server.home), ['old'])
  assert.equal(await readFile(join(server.home, 'old'), 'utf8'), 'old')
  assert.equal((await greeted.command('USER acme')).code, 331)
  assert.equal((await greeted.command(`PASS ${PASSWORD}`)).code, 451)
  assert.equal((await greeted.command('PWD')).code, 451)
  await assert.rejects(FtpClient.connect(server.port))

  await makeRoom()
  assert.equal((await client.upload('STOR new', 'x')).code, 226)
  assert.equal((await greeted.command('PWD')).code, 530)
  using _later = await FtpClient.login(server.port)
  const { lost } = await recorded(server, { event: 'audit.recovered' })
  assert.ok(Number(lost) >= 4, `${lost}`)
  assert.deepEqual((await verifyAuditLog(server.auditFile)).problems, [])
  assert.equal(server.logged.filter(line => line.includes('the audit log cannot be written')).length, 1)
})

test('open: while nothing can be recorded the server goes on', async () => {
  await using server = await testServer({ config: { audit: { file: 'audit.jsonl', onFailure: 'open' } } })
  const makeRoom = await fillDisk(server)
  using client = await FtpClient.login(server.port)
  assert.equal((await client.upload('STOR new', 'x')).code, 226)
  assert.equal((await client.download('RETR new')).reply.code, 226)
  await makeRoom()
  assert.equal((await client.command('DELE new')).code, 250)
  await recorded(server, { event: 'audit.recovered' })
  assert.deepEqual((await verifyAuditLog(server.auditFile)).problems, [])
})

test('closed: once the log is known to be out, nothing that would go unrecorded is done', async () => {
  await using server = await testServer()
  using client = await FtpClient.login(server.port)
  await writeFile(join(server.home, 'old'), 'old')
  const socket = await beginUpload(server, client, 'up')
  await rename(server.auditFile, `${server.auditFile}.away`)
  await symlink('/dev/full', server.auditFile)
  server.portcullis.reopenLogs()
  // A stranger whose connection cannot be recorded is what finds the log out.
  await assert.rejects(FtpClient.connect(server.port))
  assert.equal((await client.command('NOOP')).code, 200)
  socket.end()
  const uploaded = await client.reply()
  for (const line of ['MKD new', 'DELE old', 'RNFR old', 'RNTO new'])
    assert.ok((await client.command(line)).code >= 400, line)
  assert.equal(uploaded.code, 451)
  // What came of the upload is kept for its owner, and seen by nobody else.
  assert.deepEqual(
    (await readdir(server.home)).filter(name => !name.startsWith('.')),
    ['old'],
  )
  await rm(server.auditFile)
  assert.equal((await client.command('MKD new')).code, 257)
  assert.deepEqual(
    (await server.audit()).map(({ event }) => event),
    ['audit.recovered', 'dir.created'],
  )
})

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { lastFailure } from '../helpers/broken-upload.js'
import { newest } from '../helpers/client-story.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { plant } from '../helpers/plant.js'
import { beginUpload } from '../helpers/running-transfer.js'
import { type TestServer, testServer } from '../helpers/server.js'
import { NEEDS_MOUNT, SmallDisk } from '../helpers/small-disk.js'

const MIB = 1 << 20
const twoUsers = () => testServer({ users: [{}, { name: 'other' }] })
const homeOf = (server: TestServer, user: string) => join(server.home, '..', user)

/** None of these ends in a bug report, and none in a session that ends. */
const internalErrors = async (server: TestServer) =>
  (await server.audit()).filter(({ reason }) => reason === 'internal')

/** Of both kinds there are 8 to 9 MiB for files: one that lies in the page cache, and one that is written past it. */
const DISKS: Readonly<Record<string, (folder: string) => SmallDisk | undefined>> = {
  tmpfs: folder => SmallDisk.over(folder, 'size=8m'),
  ext4: folder => SmallDisk.ext4(folder, 10),
}

describe('a full disk', () => {
  for (const [kind, over] of Object.entries(DISKS))
    test(`of ${kind} is 452, leaves nothing, and harms nobody else; with room again it is as before`, async t => {
      await using server = await twoUsers()
      using disk = over(server.home)
      if (!disk) return t.skip(NEEDS_MOUNT)
      const [old, large, small] = [randomBytes(5 * MIB), randomBytes(16 * MIB), randomBytes(100_000)]
      await writeFile(join(server.home, 'old'), old)
      using client = await FtpClient.login(server.port)
      using neighbour = await FtpClient.login(server.port)
      using other = await FtpClient.login(server.port, { user: 'other' })
      const elsewhere = await beginUpload(server, other, 'elsewhere')

      for (const name of ['new', 'old']) {
        assert.equal((await client.upload(`STOR ${name}`, large)).code, 452, name)
        const { path, reason, kept, outcome } = await lastFailure(server)
        assert.deepEqual([path, reason, kept, outcome], [`/${name}`, 'no_space', false, 'failure'])
        assert.deepEqual(await readdir(server.home), ['old'])
      }
      // What is appended is written to a copy, for which there is no room either.
      assert.equal((await client.upload('APPE old', small)).code, 452)
      const { reason, kept } = await lastFailure(server)
      assert.deepEqual([reason, kept], ['no_space', false])
      assert.deepEqual(await readdir(server.home), ['old'])
      for (const reader of [client, neighbour])
        assert.ok((await reader.download('RETR old')).bytes.equals(old), 'the old version')
      elsewhere.end(large)
      assert.equal((await other.reply()).code, 226)
      assert.equal((await stat(join(homeOf(server, 'other'), 'elsewhere'))).size, 10 + large.length)

      assert.equal((await client.upload('STOR small', small)).code, 226)
      assert.equal((await client.upload('STOR new', old)).code, 452)
      assert.equal((await client.command('DELE old')).code, 250)
      assert.equal((await client.upload('STOR new', old)).code, 226)
      assert.ok((await readFile(join(server.home, 'new'))).equals(old))
      assert.deepEqual((await readdir(server.home)).sort(), ['new', 'small'])
      assert.deepEqual(await internalErrors(server), [])
    })

  test('while several upload: whose bytes fit is told so, and nothing is left of the others', async t => {
    await using server = await testServer()
    using disk = SmallDisk.over(server.home, 'size=8m')
    if (!disk) return t.skip(NEEDS_MOUNT)
    const bytes = randomBytes(3 * MIB)
    const uploads = Array.from({ length: 6 }, async (_, number) => {
      using client = await FtpClient.login(server.port)
      const { code } = await client.upload(`STOR f${number}`, bytes)
      assert.equal((await client.command('NOOP')).code, 200)
      return code
    })
    const codes = await Promise.all(uploads)
    assert.deepEqual(
      [...new Set(codes)].filter(code => code !== 226 && code !== 452),
      [],
    )
    const taken = codes.flatMap((code, number) => (code === 226 ? [`f${number}`] : []))
    assert.deepEqual((await readdir(server.home)).sort(), taken)
    for (const name of taken) assert.ok((await readFile(join(server.home, name))).equals(bytes), name)
  })

  test('that has no room for names: nothing is made, and what is there can be read', async t => {
    await using server = await testServer()
    // Two inodes: the folder itself, and the one file.
    using disk = SmallDisk.over(server.home, 'size=8m,nr_inodes=2')
    if (!disk) return t.skip(NEEDS_MOUNT)
    await plant(server.home, { old: 'old' })
    using client = await FtpClient.login(server.port)
    assert.equal((await client.command('MKD folder')).code, 452)
    assert.equal((await newest(server, 'command.rejected')).reason, 'no_space')
    for (const line of ['STOR new', 'STOR old', 'APPE old', 'STOU'])
      assert.equal((await client.upload(line, 'new')).code, 452, line)
    assert.deepEqual(await readdir(server.home), ['old'])
    assert.equal((await client.download('RETR old')).bytes.toString(), 'old')
    assert.equal((await client.command('DELE old')).code, 250)
    assert.equal((await client.upload('STOR new', 'new')).code, 226)
  })
})

test('a read-only disk is 451 for what would change it, and reads on; writable again it is as before', async t => {
  await using server = await twoUsers()
  using disk = SmallDisk.over(server.home, 'size=8m')
  if (!disk) return t.skip(NEEDS_MOUNT)
  await plant(server.home, { old: 'old', 'folder/': '' })
  using client = await FtpClient.login(server.port)
  using other = await FtpClient.login(server.port, { user: 'other' })
  const elsewhere = await beginUpload(server, other, 'elsewhere')
  disk.makeReadOnly()
  for (const line of ['STOR new', 'STOR old', 'APPE old', 'STOU']) {
    assert.equal((await client.upload(line, 'new')).code, 451, line)
    assert.equal((await lastFailure(server)).reason, 'storage_error', line)
  }
  for (const line of ['MKD new', 'DELE old', 'RMD folder', 'MFMT 20200102030405 old']) {
    assert.equal((await client.command(line)).code, 451, line)
    assert.equal((await newest(server, 'command.rejected')).reason, 'storage_error', line)
  }
  assert.equal((await client.command('RNFR old')).code, 350)
  assert.equal((await client.command('RNTO new')).code, 451)
  assert.equal((await client.download('RETR old')).bytes.toString(), 'old')
  assert.deepEqual((await client.download('NLST')).bytes.toString().split('\r\n').sort(), [
    '',
    'folder',
    'old',
  ])
  using late = await FtpClient.login(server.port)
  assert.equal((await late.download('RETR old')).bytes.toString(), 'old')
  elsewhere.end()
  assert.equal((await other.reply()).code, 226)

  disk.makeWritable()
  for (const line of ['STOR old', 'APPE old'])
    assert.equal((await client.upload(line, 'new')).code, 226, line)
  assert.equal(await readFile(join(server.home, 'old'), 'utf8'), 'newnew')
  for (const [line, code] of [
    ['MKD new', 257],
    ['RMD folder', 250],
    ['DELE old', 250],
  ] as const)
    assert.equal((await client.command(line)).code, code, line)
  assert.deepEqual(await readdir(server.home), ['new'])
  assert.deepEqual(await internalErrors(server), [])
})

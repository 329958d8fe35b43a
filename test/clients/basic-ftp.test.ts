import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { basicFtpClient } from '../helpers/basic-ftp.js'
import { cutUpload, dataConnections, newest } from '../helpers/client-story.js'
import { digests, MODIFIED, SAMPLES, writeSamples, writeTree } from '../helpers/samples.js'
import { testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  test(`basic-ftp uploads, lists and downloads every file over ${version}`, async () => {
    await using server = await testServer()
    await using dir = await tempDir()
    const [local, back] = [join(dir.path, 'local'), join(dir.path, 'back')]
    await writeSamples(local)
    await writeSamples(back, ['one byte'])
    using client = await basicFtpClient(server, version)
    const names = Object.keys(SAMPLES)
    for (const name of names) await client.uploadFrom(join(local, name), name)
    assert.deepEqual(await digests(server.home), await digests(local))
    const listed = await client.list()
    assert.deepEqual(listed.map(({ name }) => name).sort(), names.sort())
    for (const name of names) await client.downloadTo(join(back, name), name)
    assert.deepEqual(await digests(back), await digests(local))
    assert.deepEqual(await dataConnections(server), [{ version, resumed: true }])
  })

test('basic-ftp moves a tree both ways', async () => {
  await using server = await testServer()
  await using dir = await tempDir()
  const [local, back] = [join(dir.path, 'local'), join(dir.path, 'back')]
  await writeTree(local)
  using client = await basicFtpClient(server)
  await client.uploadFromDir(local, 'remote')
  assert.deepEqual(await digests(join(server.home, 'remote')), await digests(local))
  await client.downloadToDir(back, '/remote')
  assert.deepEqual(await digests(back), await digests(local))
})

test('basic-ftp resumes a download, renames, removes, makes folders and reads times', async () => {
  await using server = await testServer()
  await using dir = await tempDir()
  await writeSamples(server.home, ['large.bin', 'one byte'])
  const whole = await readFile(join(server.home, 'large.bin'))
  const part = join(dir.path, 'part')
  await writeFile(part, whole.subarray(0, 2_000_000))
  using client = await basicFtpClient(server)
  await client.downloadTo(part, 'large.bin', (await stat(part)).size)
  assert.deepEqual(await readFile(part), whole)
  assert.equal((await newest(server, 'file.downloaded')).resumedFrom, 2_000_000)
  assert.deepEqual(await client.lastMod('one byte'), MODIFIED)
  assert.equal(await client.size('one byte'), 1)
  await client.ensureDir('a folder/b')
  await client.cd('/')
  await client.rename('one byte', 'a folder/b/renamed')
  await client.remove('large.bin')
  assert.deepEqual(Object.keys(await digests(server.home)), [
    'a folder/',
    'a folder/b/',
    'a folder/b/renamed',
  ])
  await client.removeDir('a folder')
  assert.deepEqual(await digests(server.home), {})
})

test('basic-ftp closed in mid-upload leaves the old file', () =>
  cutUpload(async ({ server, file }) => {
    const client = await basicFtpClient(server)
    const endless = createReadStream(file).pipe(new PassThrough(), { end: false })
    const upload = client.uploadFrom(endless, 'target.bin')
    return {
      stop: async () => {
        client.close()
        await assert.rejects(upload)
      },
    }
  }))

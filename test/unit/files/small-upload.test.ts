import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { UploadRequest } from '../../../src/core/ports.js'
import {
  abandon,
  descriptorsBeneath,
  fault,
  get,
  partialOf,
  path,
  put,
  ROOTS,
  scene,
  sizeOf,
} from './support.js'

const SMALL = 128 << 10

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

const begin = async (
  { files }: Pick<Awaited<ReturnType<typeof scene>>, 'files'>,
  at: string,
  request: UploadRequest = { from: 0 },
) => {
  const upload = await files.prepareUpload(path(at), request)
  await upload.open()
  return upload
}

for (const [kind, opener] of ROOTS) {
  describe(`${kind}: a small upload`, () => {
    for (const durability of ['commit', 'rename'] as const)
      for (const size of [0, 1, 2, 4096, SMALL - 1, SMALL])
        it(`of ${size} bytes is nowhere to be seen until it is whole, durability ${durability}`, async () => {
          await using s = await scene({ opener, options: { durability } })
          const bytes = randomBytes(size)
          await using upload = await begin(s, '/file')
          const middle = size >> 1
          await upload.write([bytes.subarray(0, middle)])
          await upload.write([bytes.subarray(middle, middle), bytes.subarray(middle)])
          assert.equal(upload.bytes, size)
          assert.deepEqual(await readdir(s.home), [])
          assert.deepEqual(await upload.commit(), { size, sha256: sha256(bytes) })
          assert.deepEqual(await readdir(s.home), ['file'])
          assert.ok((await get(s.files, '/file')).equals(bytes))
          assert.equal((await stat(join(s.home, 'file'))).mode & 0o777, 0o640)
          await upload[Symbol.asyncDispose]()
          assert.deepEqual(await readdir(s.home), ['file'])
        })

    it('keeps what was written, though the buffer is used again', async () => {
      await using s = await scene({ opener })
      const buffer = Buffer.from('mine')
      await using upload = await begin(s, '/file')
      await upload.write([buffer])
      buffer.fill('x')
      await upload.commit()
      assert.equal(await readFile(join(s.home, 'file'), 'utf8'), 'mine')
    })

    it('that grows is written as it comes', async () => {
      await using s = await scene({ opener })
      const bytes = randomBytes(3 * SMALL)
      await using upload = await begin(s, '/file')
      await upload.write([bytes.subarray(0, SMALL)])
      await upload.write([bytes.subarray(SMALL, SMALL + 1)])
      assert.deepEqual(await readdir(s.home), [partialOf('file')])
      assert.equal((await stat(join(s.home, partialOf('file')))).size, SMALL + 1)
      await upload.write([bytes.subarray(SMALL + 1)])
      assert.equal(upload.bytes, bytes.length)
      assert.deepEqual(await upload.commit(), { size: bytes.length, sha256: sha256(bytes) })
      assert.deepEqual(await readdir(s.home), ['file'])
      assert.ok((await get(s.files, '/file')).equals(bytes))
    })

    for (const [size, kept] of [
      [0, false],
      [1, false],
      [2, true],
      [SMALL, true],
    ] as const)
      it(`that is cut off after ${size} bytes ${kept ? 'may be resumed' : 'leaves nothing'}`, async () => {
        await using s = await scene({ opener })
        await writeFile(join(s.home, 'file'), 'old')
        const bytes = randomBytes(SMALL + 10)
        assert.deepEqual(await abandon(s.files, '/file', bytes.subarray(0, size)), { bytes: size, kept })
        assert.equal(await readFile(join(s.home, 'file'), 'utf8'), 'old')
        assert.equal((await readdir(s.home)).length, kept ? 2 : 1)
        if (!kept) return
        const from = await sizeOf(s.files, '/file')
        assert.equal(from, size - 1)
        const receipt = await put(s.files, '/file', bytes.subarray(from), { from })
        assert.equal(receipt.sha256, sha256(bytes))
        assert.deepEqual(await readdir(s.home), ['file'])
      })

    it('that may not be resumed leaves nothing', async () => {
      await using s = await scene({ opener })
      const request = { from: 0, converted: true }
      assert.deepEqual(await abandon(s.files, '/file', 'lines', request), { bytes: 5, kept: false })
      await using unkept = await scene({ opener, options: { keepPartial: 0 } })
      assert.deepEqual(await abandon(unkept.files, '/file', 'bytes'), { bytes: 5, kept: false })
      assert.deepEqual([...(await readdir(s.home)), ...(await readdir(unkept.home))], [])
    })

    it('that begins anew leaves nothing of an earlier try to go on from', async () => {
      await using s = await scene({ opener })
      assert.ok((await abandon(s.files, '/file', 'an earlier version')).kept)
      await using upload = await begin(s, '/file')
      assert.equal((await stat(join(s.home, partialOf('file')))).size, 0)
      await upload[Symbol.asyncDispose]()
      assert.deepEqual(await readdir(s.home), [])
    })

    it('keeps the mode of what it replaces, also one that its owner could not write', async () => {
      await using s = await scene({ opener })
      for (const mode of [0o604, 0o444, 0o000]) {
        await writeFile(join(s.home, 'file'), 'old')
        await chmod(join(s.home, 'file'), mode)
        await put(s.files, '/file', 'new')
        assert.equal((await stat(join(s.home, 'file'))).mode & 0o777, mode)
        await chmod(join(s.home, 'file'), 0o600)
      }
    })

    it('does not replace what came meanwhile without the right to', async () => {
      await using s = await scene({ opener, grants: { '/': ['list', 'read', 'create'] } })
      for (const [at, request, why] of [
        ['/file', { from: 0 }, 'denied'],
        ['/unique', { from: 0, unique: true }, 'exists'],
      ] as const) {
        await using upload = await begin(s, at, request)
        await upload.write([Buffer.from('late')])
        await writeFile(join(s.home, at), 'first')
        await assert.rejects(upload.commit(), fault(why))
        await upload[Symbol.asyncDispose]()
        assert.equal(upload.kept, false)
        assert.equal(await readFile(join(s.home, at), 'utf8'), 'first')
      }
      assert.deepEqual((await readdir(s.home)).sort(), ['file', 'unique'])
    })

    it('whose folder is gone fails as the server’s mistake', async () => {
      await using s = await scene({ opener })
      await mkdir(join(s.home, 'sub'))
      await using upload = await begin(s, '/sub/file')
      await upload.write([Buffer.from('late')])
      await rmdir(join(s.home, 'sub'))
      await assert.rejects(upload.commit(), fault('storage_error'))
      await assert.rejects(upload.commit(), fault('storage_error'))
      await upload[Symbol.asyncDispose]()
      assert.deepEqual(await readdir(s.home), [])
    })

    it('counts for the quota when it is committed, and its failure for nothing', async () => {
      await using s = await scene({ opener, quota: { bytes: 10, files: 2 } })
      const used = async () => (await s.files.quota(path('/')))?.used
      await using one = await begin(s, '/one')
      await using two = await begin(s, '/two')
      await one.write([Buffer.from('123456')])
      await two.write([Buffer.from('12345')])
      assert.deepEqual(await used(), { bytes: 0, files: 0 })
      await one.commit()
      await assert.rejects(two.commit(), fault('quota_exceeded'))
      assert.deepEqual(await used(), { bytes: 6, files: 1 })
      for (const upload of [one, two]) await upload[Symbol.asyncDispose]()
      await put(s.files, '/one', '0123456789')
      await put(s.files, '/one', '012345678')
      await put(s.files, '/two', '0')
      assert.deepEqual(await used(), { bytes: 10, files: 2 })
      await using inVain = await begin(s, '/two')
      await inVain.write([Buffer.from('01')])
      await assert.rejects(inVain.commit(), fault('quota_exceeded'))
      await inVain[Symbol.asyncDispose]()
      assert.deepEqual(await used(), { bytes: 10, files: 2 })
      assert.deepEqual((await readdir(s.home)).sort(), ['one', 'two'])
    })

    it('leaves no descriptor open', async () => {
      await using s = await scene({ opener })
      await put(s.files, '/file', 'x')
      await abandon(s.files, '/other', 'xx')
      await s.files[Symbol.asyncDispose]()
      assert.equal(descriptorsBeneath(s.home), 0)
    })
  })
}

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { descriptorsBeneath, fault, get, names, openFiles, path, put, ROOTS, scene } from './support.js'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

for (const [kind, opener] of ROOTS) {
  describe(`${kind}: uploads`, () => {
    for (const durability of ['commit', 'rename'] as const) {
      for (const checksum of [true, false]) {
        it(`a new file, durability ${durability}, checksum ${checksum}`, async () => {
          await using s = await scene({ opener, options: { durability, checksum } })
          const parts = Array.from({ length: 50 }, (_, i) => randomBytes(i * 997))
          await using upload = await s.files.prepareUpload(path('/file'), { from: 0 })
          assert.equal(upload.path, '/file')
          assert.deepEqual(await readdir(s.home), [])
          await upload.open()
          await upload.write(parts.slice(0, 10))
          await upload.write([])
          await upload.write([new Uint8Array(0)])
          await upload.write(parts.slice(10))
          const receipt = await upload.commit()
          const whole = Buffer.concat(parts)
          assert.deepEqual(receipt, { size: whole.length, sha256: checksum ? sha256(whole) : undefined })
          assert.ok((await get(s.files, '/file')).equals(whole))
          assert.deepEqual(await readdir(s.home), ['file'])
          assert.equal((await stat(join(s.home, 'file'))).mode & 0o777, 0o640)
        })
      }
    }

    it('an empty file is a file', async () => {
      await using s = await scene({ opener })
      const receipt = await put(s.files, '/empty', '')
      assert.deepEqual(receipt, { size: 0, sha256: sha256('') })
      assert.equal((await stat(join(s.home, 'empty'))).size, 0)
    })

    it('more chunks than one system call takes', async () => {
      await using s = await scene({ opener })
      await using upload = await s.files.prepareUpload(path('/file'), { from: 0 })
      await upload.open()
      await upload.write(Array.from({ length: 5000 }, (_, i) => Buffer.from([i & 0xff])))
      assert.equal((await upload.commit()).size, 5000)
      const content = await readFile(join(s.home, 'file'))
      assert.ok(content.every((byte, i) => byte === (i & 0xff)))
    })

    it('the old version stays until the commit, keeps its mode, and is all there is after a failure', async () => {
      await using s = await scene({ opener, options: { keepPartial: 0 } })
      await writeFile(join(s.home, 'file'), 'old')
      await chmod(join(s.home, 'file'), 0o604)
      for (const from of [0, 3] as const) {
        await using upload = await s.files.prepareUpload(path('/file'), { from })
        await upload.open()
        await upload.write([randomBytes(200_000)])
        assert.equal((await get(s.files, '/file')).toString(), 'old')
        assert.deepEqual(await names(s.files, '/'), ['file'])
        assert.equal((await readdir(s.home)).length, 2)
      }
      assert.deepEqual(await readdir(s.home), ['file'])
      await put(s.files, '/file', 'new')
      assert.equal(await readFile(join(s.home, 'file'), 'utf8'), 'new')
      assert.equal((await stat(join(s.home, 'file'))).mode & 0o777, 0o604)
    })

    it('goes on at an offset or at the end, from a copy', async () => {
      await using s = await scene({ opener })
      const old = randomBytes(2 * 1024 * 1024 + 17)
      const cases: [from: number | 'end', keep: number][] = [
        ['end', old.length],
        [old.length, old.length],
        [1024 * 1024 + 3, 1024 * 1024 + 3],
        [1, 1],
      ]
      for (const [from, keep] of cases) {
        await writeFile(join(s.home, 'file'), old)
        const inode = (await stat(join(s.home, 'file'))).ino
        const receipt = await put(s.files, '/file', 'tail', { from })
        const whole = Buffer.concat([old.subarray(0, keep), Buffer.from('tail')])
        assert.deepEqual(receipt, { size: whole.length, sha256: sha256(whole) })
        assert.ok((await readFile(join(s.home, 'file'))).equals(whole))
        assert.notEqual((await stat(join(s.home, 'file'))).ino, inode)
      }
    })

    it('cannot go on past the end', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.home, 'file'), 'four')
      await assert.rejects(s.files.prepareUpload(path('/file'), { from: 5 }), fault('bad_range'))
      await assert.rejects(s.files.prepareUpload(path('/new'), { from: 1 }), fault('bad_range'))
      await using upload = await s.files.prepareUpload(path('/file'), { from: 4 })
      await truncate(join(s.home, 'file'), 2)
      await assert.rejects(upload.open(), fault('bad_range'))
      await upload[Symbol.asyncDispose]()
      assert.deepEqual(await readdir(s.home), ['file'])
    })

    it('a file that was cut since it was looked at needs the rights for what is there now', async () => {
      await using s = await scene({ opener, grants: { '/': ['append'] } })
      await writeFile(join(s.home, 'file'), 'four')
      await using upload = await s.files.prepareUpload(path('/file'), { from: 4 })
      await writeFile(join(s.home, 'file'), 'longer than it was')
      await assert.rejects(upload.open(), fault('denied'))
    })

    it('needs a folder and a name that is not one', async () => {
      await using s = await scene({ opener })
      await mkdir(join(s.home, 'folder'))
      await writeFile(join(s.home, 'file'), '')
      await assert.rejects(s.files.prepareUpload(path('/folder'), { from: 0 }), fault('not_a_file'))
      await assert.rejects(s.files.prepareUpload(path('/absent/file'), { from: 0 }), fault('not_found'))
      await assert.rejects(s.files.prepareUpload(path('/file/file'), { from: 0 }), fault('not_found'))
    })

    it('a name that became a folder is not replaced', async () => {
      await using s = await scene({ opener })
      await using upload = await s.files.prepareUpload(path('/file'), { from: 0 })
      await upload.open()
      await mkdir(join(s.home, 'file'))
      await assert.rejects(upload.commit(), fault('not_a_file'))
      await upload[Symbol.asyncDispose]()
      assert.deepEqual(await readdir(s.home), ['file'])
    })

    it('one upload of a name at a time, whoever it is', async () => {
      await using s = await scene({ opener })
      await using other = await openFiles(s.home, { opener })
      {
        await using first = await s.files.prepareUpload(path('/file'), { from: 0 })
        await assert.rejects(other.prepareUpload(path('/file'), { from: 0 }), fault('busy'))
        await put(other, '/another', 'x')
        await first.open()
        await assert.rejects(other.prepareUpload(path('/file'), { from: 0 }), fault('busy'))
      }
      await put(other, '/file', 'x')
      await assert.rejects(other.prepareUpload(path('/absent/file'), { from: 0 }), fault('not_found'))
      await assert.rejects(other.prepareUpload(path('/file'), { from: 9 }), fault('bad_range'))
      await put(s.files, '/file', 'a refusal leaves no claim')
    })

    it('unique takes the next free name, in parallel too', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.home, 'file'), 'old')
      const request = { from: 0, unique: true }
      const uploads = await Promise.all([1, 2, 3].map(() => s.files.prepareUpload(path('/file'), request)))
      assert.deepEqual(uploads.map(upload => upload.path).sort(), ['/file.1', '/file.2', '/file.3'])
      for (const upload of uploads) {
        await upload.open()
        await upload.write([Buffer.from(upload.path)])
      }
      await writeFile(join(s.home, 'file.2'), 'came in between')
      for (const upload of uploads) {
        if (upload.path === '/file.2') await assert.rejects(upload.commit(), fault('exists'))
        else await upload.commit()
        await upload[Symbol.asyncDispose]()
      }
      assert.equal(await readFile(join(s.home, 'file'), 'utf8'), 'old')
      assert.equal(await readFile(join(s.home, 'file.2'), 'utf8'), 'came in between')
      assert.deepEqual((await readdir(s.home)).sort(), ['file', 'file.1', 'file.2', 'file.3'])
      const long = `/${'x'.repeat(255)}`
      await put(s.files, long, 'x', request)
      await assert.rejects(s.files.prepareUpload(path(long), request), fault('name_not_allowed'))
    })

    it('without `overwrite`, a file that appeared meanwhile is not replaced', async () => {
      await using s = await scene({ opener, grants: { '/': ['create', 'rename'] } })
      await using upload = await s.files.prepareUpload(path('/file'), { from: 0 })
      await upload.open()
      await writeFile(join(s.home, 'file'), 'came in between')
      await assert.rejects(upload.commit(), fault('denied'))
      await upload[Symbol.asyncDispose]()
      assert.equal(await readFile(join(s.home, 'file'), 'utf8'), 'came in between')
      assert.deepEqual(await readdir(s.home), ['file'])
    })

    it('goes where its folder goes', async () => {
      await using s = await scene()
      await mkdir(join(s.home, 'a'))
      await using upload = await s.files.prepareUpload(path('/a/file'), { from: 0 })
      await upload.open()
      await rename(join(s.home, 'a'), join(s.home, 'b'))
      await upload.write([Buffer.from('x')])
      await upload.commit()
      assert.deepEqual(await readdir(join(s.home, 'b')), ['file'])
    })

    it('disposed in the middle of anything, it leaves nothing', async () => {
      await using s = await scene({ opener, options: { keepPartial: 0 } })
      await writeFile(join(s.home, 'base'), randomBytes(8 * 1024 * 1024))
      const opening = await s.files.prepareUpload(path('/base'), { from: 'end' })
      const opened = assert.rejects(opening.open(), fault('aborted'))
      const writing = await s.files.prepareUpload(path('/file'), { from: 0 })
      await writing.open()
      const written = writing.write([randomBytes(1024 * 1024)])
      await new Promise(setImmediate) // both are under way
      await Promise.all([opening, writing].map(upload => upload[Symbol.asyncDispose]()))
      await written
      await opened
      // What was taken over is not the client's: a line cut in this moment was told as so many bytes received.
      assert.equal(opening.bytes, 0)
      await assert.rejects(writing.write([Buffer.from('x')]), fault('aborted'))
      await assert.rejects(writing.commit(), fault('aborted'))
      await writing[Symbol.asyncDispose]()
      assert.deepEqual(await readdir(s.home), ['base'])
      await s.files[Symbol.asyncDispose]()
      assert.equal(descriptorsBeneath(s.home), 0)
    })
  })
}

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import {
  abandon,
  age,
  descriptorsBeneath,
  fault,
  get,
  ls,
  names,
  openFiles,
  partialOf,
  path,
  put,
  ROOTS,
  scene,
  sizeOf as size,
} from './support.js'

const DAY = 86_400_000
const OLD = randomBytes(3_000_017)
const NEW = randomBytes(4_000_003)

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

for (const [kind, opener] of ROOTS) {
  describe(`${kind}: an upload that was cut off`, () => {
    for (const before of ['new', 'overwrite'] as const)
      it(`${before}: its owner sees it under the final name and continues it, nobody else knows of it`, async () => {
        await using s = await scene({ opener })
        await using other = await openFiles(s.home, { opener, user: 'other' })
        if (before === 'overwrite') await writeFile(join(s.home, 'file'), OLD)
        const cut = 1_234_567
        assert.deepEqual(await abandon(s.files, '/file', NEW.subarray(0, cut)), { bytes: cut, kept: true })

        const [listed] = await ls(s.files, '/')
        assert.deepEqual([listed?.name, listed?.size], ['file', cut - 1])
        assert.deepEqual(listed, await s.files.entry(path('/file')))
        const seen = before === 'overwrite' ? [['file', OLD.length]] : []
        assert.deepEqual(
          (await ls(other, '/')).map(entry => [entry.name, entry.size]),
          seen,
        )
        for (const files of [s.files, other]) {
          if (before === 'overwrite') assert.ok((await get(files, '/file')).equals(OLD))
          else await assert.rejects(get(files, '/file'), fault('not_found'))
        }
        if (before === 'overwrite') assert.equal((await s.files.storedEntry(path('/file'))).size, OLD.length)
        else await assert.rejects(s.files.storedEntry(path('/file')), fault('not_found'))
        if (before === 'new') await assert.rejects(other.entry(path('/file')), fault('not_found'))

        const from = await size(s.files, '/file')
        const receipt = await put(s.files, '/file', NEW.subarray(from), { from })
        assert.deepEqual(receipt, { size: NEW.length, sha256: sha256(NEW) })
        assert.ok((await readFile(join(s.home, 'file'))).equals(NEW))
        assert.deepEqual(await readdir(s.home), ['file'])
      })

    it('goes on at any offset it reaches to, at its end with APPE, and again after another cut', async () => {
      await using s = await scene({ opener, options: { durability: 'rename' } })
      for (const from of [1, 2, 700, 999_999, 1_000_000, 'end'] as const) {
        await abandon(s.files, '/file', NEW.subarray(0, 1_000_000))
        const at = from === 'end' ? 999_999 : from
        const middle = at + 1000
        assert.ok((await abandon(s.files, '/file', NEW.subarray(at, middle), { from })).kept)
        assert.equal(await size(s.files, '/file'), middle - 1)
        const receipt = await put(s.files, '/file', NEW.subarray(middle), { from: middle })
        assert.equal(receipt.sha256, sha256(NEW), `from ${from}`)
        await s.files.remove(path('/file'))
      }
    })

    it('past its end goes on from the file, which is not there for a new one', async () => {
      await using s = await scene({ opener })
      await abandon(s.files, '/new', 'four')
      await assert.rejects(s.files.prepareUpload(path('/new'), { from: 5 }), fault('bad_range'))
      await writeFile(join(s.home, 'file'), '0123456789')
      await abandon(s.files, '/file', 'abcd')
      await put(s.files, '/file', 'x', { from: 6 })
      assert.equal((await get(s.files, '/file')).toString(), '012345x')
      assert.deepEqual((await readdir(s.home)).sort(), [partialOf('new'), 'file'].sort())
      await abandon(s.files, '/file', 'ab')
      await put(s.files, '/file', '', { from: 7 })
      assert.deepEqual((await readdir(s.home)).sort(), [partialOf('new'), 'file'].sort())
      await assert.rejects(s.files.prepareUpload(path('/file'), { from: 8 }), fault('bad_range'))
    })

    it('is replaced by one that starts anew, from its first moment', async () => {
      await using s = await scene({ opener })
      await abandon(s.files, '/file', 'the first try')
      await using upload = await s.files.prepareUpload(path('/file'), { from: 0 })
      assert.equal(await size(s.files, '/file'), 12)
      await upload.open()
      await assert.rejects(s.files.entry(path('/file')), fault('not_found'))
      await upload.write([Buffer.from('2nd')])
      assert.equal(await size(s.files, '/file'), 2)
      assert.equal((await upload.commit()).size, 3)
      assert.deepEqual(await readdir(s.home), ['file'])
    })

    it('that was an append keeps what it appended to', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.home, 'file'), OLD)
      assert.deepEqual(await abandon(s.files, '/file', NEW, { from: 'end' }), {
        bytes: NEW.length,
        kept: true,
      })
      assert.ok((await get(s.files, '/file')).equals(OLD))
      const whole = Buffer.concat([OLD, NEW, NEW])
      const receipt = await put(s.files, '/file', NEW, { from: OLD.length + NEW.length })
      assert.deepEqual(receipt, { size: whole.length, sha256: sha256(whole) })
    })

    it('without a byte of its own leaves nothing new and takes nothing away', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.home, 'file'), 'old version')
      for (const from of [0, 5, 'end'] as const) {
        assert.deepEqual(await abandon(s.files, '/file', '', { from }), { bytes: 0, kept: false })
        assert.deepEqual(await readdir(s.home), ['file'])
      }
      assert.equal((await abandon(s.files, '/new', 'x')).kept, false)
      assert.equal((await abandon(s.files, '/file', 'abc')).kept, true)
      assert.equal((await abandon(s.files, '/file', '', { from: 7 })).kept, false)
      assert.equal((await abandon(s.files, '/file', '', { from: 2 })).kept, true)
      assert.equal(await size(s.files, '/file'), 1)
    })

    it('is not kept when the server gave it up, when lines were converted, or where nothing is kept', async () => {
      await using s = await scene({ opener, options: { maxSize: 10 } })
      await assert.rejects(abandon(s.files, '/file', '01234567890'), fault('too_large'))
      await abandon(s.files, '/file', '012345')
      await assert.rejects(abandon(s.files, '/file', '6789xy', { from: 'end' }), fault('too_large'))
      assert.deepEqual(await readdir(s.home), [])
      assert.deepEqual(await abandon(s.files, '/file', 'lines', { from: 0, converted: true }), {
        bytes: 5,
        kept: false,
      })
      await using none = await openFiles(s.home, { opener, options: { keepPartial: 0 } })
      assert.equal((await abandon(none, '/file', 'nothing')).kept, false)
      assert.deepEqual(await readdir(s.home), [])
    })

    it('cannot be continued by one whose lines are converted, only replaced', async () => {
      await using s = await scene({ opener })
      await abandon(s.files, '/file', 'binary')
      for (const from of [3, 'end'] as const)
        await assert.rejects(
          s.files.prepareUpload(path('/file'), { from, converted: true }),
          fault('bad_range'),
        )
      await abandon(s.files, '/file', 'text', { from: 0, converted: true })
      assert.deepEqual(await readdir(s.home), [])
    })

    it('is nothing when it is too old, and is swept then', async () => {
      await using s = await scene({ opener })
      await abandon(s.files, '/file', 'four')
      await age(join(s.home, partialOf('file')), DAY - 60_000)
      assert.equal(await size(s.files, '/file'), 3)
      await age(join(s.home, partialOf('file')), DAY + 1)
      await assert.rejects(s.files.entry(path('/file')), fault('not_found'))
      assert.deepEqual(await names(s.files, '/'), [])
      await assert.rejects(s.files.prepareUpload(path('/file'), { from: 3 }), fault('bad_range'))
      await put(s.files, '/file', 'anew')
      assert.deepEqual(await readdir(s.home), ['file'])
    })

    it('that could only be the finished file under a second name is not continued', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.home, 'file'), 'finished')
      await link(join(s.home, 'file'), join(s.home, partialOf('file')))
      await assert.rejects(s.files.prepareUpload(path('/file'), { from: 9 }), fault('bad_range'))
      assert.equal(await size(s.files, '/file'), 8)
      await abandon(s.files, '/file', 'another')
      assert.equal(await readFile(join(s.home, 'file'), 'utf8'), 'finished')
    })

    it('that is no file of ours is left alone', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.outside, 'secret'), 'secret')
      await symlink(join(s.outside, 'secret'), join(s.home, partialOf('file')))
      await mkdir(join(s.home, partialOf('folder')))
      assert.deepEqual(await names(s.files, '/'), [])
      await assert.rejects(s.files.prepareUpload(path('/file'), { from: 2 }), fault('bad_range'))
      await put(s.files, '/file', 'mine')
      await assert.rejects(put(s.files, '/folder', 'mine'), fault('not_a_file'))
      assert.equal(await readFile(join(s.outside, 'secret'), 'utf8'), 'secret')
    })

    it('gets the permission bits of the file it replaces, even those that keep its owner out', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.home, 'file'), 'old')
      await chmod(join(s.home, 'file'), 0o444)
      await abandon(s.files, '/file', 'four')
      assert.equal((await stat(join(s.home, partialOf('file')))).mode & 0o777, 0o644)
      await put(s.files, '/file', 'more', { from: 4 })
      assert.equal((await stat(join(s.home, 'file'))).mode & 0o777, 0o444)
    })

    it('is kept when the line breaks while what is there is taken over; a copy is not', async () => {
      await using s = await scene({ opener })
      const big = randomBytes(8 * 1024 * 1024)
      await abandon(s.files, '/file', big)
      await writeFile(join(s.home, 'base'), big)
      for (const [at, kept] of [
        ['/file', true],
        ['/base', false],
      ] as const) {
        const upload = await s.files.prepareUpload(path(at), { from: big.length })
        const opened = assert.rejects(upload.open(), fault('aborted'))
        await new Promise(setImmediate)
        await upload[Symbol.asyncDispose]()
        await opened
        assert.equal(upload.kept, kept, at)
      }
      assert.equal(await size(s.files, '/file'), big.length - 1)
      assert.deepEqual((await readdir(s.home)).sort(), [partialOf('file'), 'base'].sort())
      await s.files[Symbol.asyncDispose]()
      assert.equal(descriptorsBeneath(s.home), 0)
    })

    it('is continued without a checksum too, from its bytes alone', async () => {
      await using s = await scene({ opener, options: { checksum: false } })
      await abandon(s.files, '/file', NEW.subarray(0, 1000))
      const receipt = await put(s.files, '/file', NEW.subarray(1000), { from: 1000 })
      assert.deepEqual(receipt, { size: NEW.length, sha256: undefined })
      assert.ok((await get(s.files, '/file')).equals(NEW))
    })
  })
}

import assert from 'node:assert/strict'
import { mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Fault } from '../../../src/core/fault.js'
import { openBeneath } from '../../../src/files/beneath.js'
import { errnoOf, fromErrno } from '../../../src/files/errno.js'
import { openPortable } from '../../../src/files/portable.js'
import { chooseRoot, DiskStorage, openStorage } from '../../../src/files/storage.js'
import {
  descriptorsBeneath,
  EVERYTHING,
  fault,
  identityOf,
  OPTIONS,
  path,
  put,
  ROOTS,
  scene,
  THREADS,
} from './support.js'

/** Too large to wait in memory until it is whole. */
const LARGE = Buffer.alloc(200_000)

describe('storage', () => {
  it('confines by handle where it can, by path only where that is allowed', () => {
    assert.equal(chooseRoot(true, false), openBeneath)
    assert.equal(chooseRoot(true, true), openBeneath)
    assert.equal(chooseRoot(false, true), openPortable)
    assert.throws(() => chooseRoot(false, false), /`filesystem\.portable: true`/)
  })

  it('opens a home', async () => {
    await using s = await scene()
    const storage = await openStorage({ ...OPTIONS, portable: false }, THREADS)
    await using files = await storage.open(identityOf(s.home, EVERYTHING))
    await put(files, '/file', 'x')
    assert.deepEqual(await readdir(s.home), ['file'])
  })

  for (const [kind, opener] of ROOTS) {
    it(`${kind}: a home that is missing or a file is a storage error with its cause`, async () => {
      await using s = await scene()
      await writeFile(join(s.home, 'file'), '')
      const storage = new DiskStorage(opener, OPTIONS, THREADS)
      for (const home of [join(s.home, 'absent'), join(s.home, 'file')]) {
        await assert.rejects(storage.open(identityOf(home, EVERYTHING)), error => {
          fault('storage_error')(error)
          assert.ok(error instanceof Fault && errnoOf(error.cause))
          return true
        })
      }
    })

    it(`${kind}: the sweep removes what nobody may resume at every depth, follows no link and leaves the rest`, async () => {
      await using s = await scene()
      const fresh = '.portcullis-0123456789abcdef-file'
      const temporary = '.portcullis-upload-0123'
      const kept = ['file', 'a/file', 'a/b/.portcullis', `a/b/x${temporary}`, fresh, `a/b/${fresh}`]
      kept.push(`a/.portcullis-0123456789abcdef.${'0'.repeat(64)}`)
      const left = [temporary, `a/${temporary}`, 'a/b/.portcullis-other']
      const old = ['a/b/.portcullis-0123456789abcdef-old']
      const empty = ['.portcullis-0123456789abcdef-empty']
      await mkdir(join(s.home, 'a/b'), { recursive: true })
      for (let i = 0; i < 40; i++) {
        await mkdir(join(s.home, `many/${i}`), { recursive: true })
        old.push(`many/${i}/${fresh}`)
      }
      for (const name of [...kept, ...left, ...old]) await writeFile(join(s.home, name), 'content')
      for (const name of old) await utimes(join(s.home, name), new Date(0), new Date(0))
      for (const name of empty) await writeFile(join(s.home, name), '')
      await mkdir(join(s.home, '.portcullis-folder'))
      await writeFile(join(s.outside, temporary), '')
      await symlink(s.outside, join(s.home, 'link'))
      await symlink(join(s.outside, temporary), join(s.home, '.portcullis-link'))
      const storage = new DiskStorage(opener, OPTIONS, THREADS)
      assert.equal(await storage.sweepPartials(s.home, AbortSignal.abort()), 0)
      assert.equal(await storage.sweepPartials(s.home), left.length + old.length + empty.length)
      assert.equal(await storage.sweepPartials(s.home), 0)
      assert.deepEqual(await readdir(s.outside), [temporary])
      const rest = await readdir(s.home, { recursive: true })
      for (const name of kept) assert.ok(rest.includes(name), name)
      await assert.rejects(storage.sweepPartials(join(s.home, 'absent')), fault('storage_error'))
      await s.files[Symbol.asyncDispose]()
      assert.equal(descriptorsBeneath(s.home), 0)
    })

    it(`${kind}: the sweep lets be what an upload writes to, even where nothing is kept`, async () => {
      await using s = await scene({ opener, options: { keepPartial: 0 } })
      const storage = new DiskStorage(opener, { ...OPTIONS, keepPartial: 0 }, THREADS)
      await using whole = await s.files.prepareUpload(path('/file'), { from: 0 })
      await whole.open()
      await whole.write([LARGE])
      await using kept = await storage.open(identityOf(s.home, EVERYTHING))
      await using converted = await kept.prepareUpload(path('/lines'), { from: 0, converted: true })
      await converted.open()
      await converted.write([LARGE])
      assert.equal((await readdir(s.home)).length, 2)
      assert.equal(await storage.sweepPartials(s.home), 0)
      await whole.commit()
      await converted.commit()
      assert.deepEqual((await readdir(s.home)).sort(), ['file', 'lines'])
    })
  }
})

describe('errno', () => {
  const failed = (code: string) => Object.assign(new Error(code), { code, errno: -1, syscall: 'open' })
  const cases: [string, string][] = [
    ['ENOENT', 'not_found'],
    ['ENOTDIR', 'not_found'],
    ['ELOOP', 'not_found'],
    ['EACCES', 'not_found'],
    ['EPERM', 'not_found'],
    ['ENOSPC', 'no_space'],
    ['EDQUOT', 'no_space'],
    ['EFBIG', 'no_space'],
    ['EEXIST', 'exists'],
    ['ENOTEMPTY', 'not_empty'],
    ['EISDIR', 'not_a_file'],
    ['EXDEV', 'other_filesystem'],
    ['EROFS', 'storage_error'],
    ['EMFILE', 'storage_error'],
    ['ENFILE', 'storage_error'],
    ['EIO', 'storage_error'],
  ]
  for (const [code, kind] of cases) {
    it(`${code} is ${kind}`, () => {
      const cause = failed(code)
      const made = fromErrno(cause)
      assert.ok(made instanceof Fault)
      assert.deepEqual([made.kind, made.cause], [kind, cause])
    })
  }

  it('leaves faults and bugs as they are', () => {
    for (const thrown of [new Fault('busy'), new TypeError('bug'), 'text', undefined]) {
      assert.equal(fromErrno(thrown), thrown)
    }
    const misuse = Object.assign(new TypeError('argument'), { code: 'ERR_INVALID_ARG_TYPE' })
    assert.equal(fromErrno(misuse), misuse)
  })
})

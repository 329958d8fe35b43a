import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { writeAll } from '../../../src/files/partial.js'
import { fault, openFiles, path, put, scene } from './support.js'

describe('the largest file', () => {
  it('may be reached and not passed, and nothing can be done after', async () => {
    await using s = await scene({ options: { maxSize: 10 } })
    await s.files.checkRoom(10)
    await assert.rejects(s.files.checkRoom(11), fault('too_large'))
    await put(s.files, '/file', '0123456789')
    await using upload = await s.files.prepareUpload(path('/other'), { from: 0 })
    await upload.open()
    await upload.write([Buffer.from('012345678')])
    await assert.rejects(upload.write([Buffer.from('9'), Buffer.from('a')]), fault('too_large'))
    await assert.rejects(upload.write([Buffer.from('9')]), fault('too_large'))
    await assert.rejects(upload.commit(), fault('too_large'))
    await upload[Symbol.asyncDispose]()
    assert.deepEqual(await readdir(s.home), ['file'])
  })

  it('counts what an append goes on from', async () => {
    await using s = await scene({ options: { maxSize: 10 } })
    await put(s.files, '/file', '01234')
    await put(s.files, '/file', '56789', { from: 'end' })
    await assert.rejects(put(s.files, '/file', 'a', { from: 'end' }), fault('too_large'))
    assert.equal(await readFile(join(s.home, 'file'), 'utf8'), '0123456789')
  })

  it('without one there is room for anything', async () => {
    await using s = await scene()
    await s.files.checkRoom(Number.MAX_SAFE_INTEGER)
  })
})

describe('a full disk', () => {
  it('ends the upload with `no_space`, keeps the old file and frees what was taken', async t => {
    await using s = await scene()
    const disk = join(s.outside, 'disk')
    await mkdir(disk)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      return t.skip('a small file system cannot be mounted without privileges')
    }
    try {
      await using files = await openFiles(disk)
      await writeFile(join(disk, 'file'), 'old')
      await using upload = await files.prepareUpload(path('/file'), { from: 0 })
      await upload.open()
      const fill = async () => {
        for (;;) await upload.write([Buffer.alloc(300_000)])
      }
      await assert.rejects(fill(), fault('no_space'))
      await assert.rejects(upload.commit(), fault('no_space'))
      await upload[Symbol.asyncDispose]()
      assert.deepEqual(await readdir(disk), ['file'])
      assert.equal(await readFile(join(disk, 'file'), 'utf8'), 'old')
      await put(files, '/file', Buffer.alloc(500_000))
    } finally {
      execFileSync('umount', [disk])
    }
  })

  it('a folder on another file system is not renamed into', async t => {
    await using s = await scene()
    await mkdir(join(s.home, 'disk'))
    await writeFile(join(s.home, 'file'), 'x')
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', join(s.home, 'disk')], {
        stdio: 'ignore',
      })
    } catch {
      return t.skip('a small file system cannot be mounted without privileges')
    }
    try {
      await assert.rejects(s.files.rename(path('/file'), path('/disk/file')), fault('other_filesystem'))
      await put(s.files, '/disk/file', 'uploads stay on the file system of their folder')
    } finally {
      await s.files[Symbol.asyncDispose]()
      execFileSync('umount', [join(s.home, 'disk')])
    }
  })
})

describe('short writes', () => {
  it('are completed, wherever they end', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 })
    const property = fc.asyncProperty(
      chunks,
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      async (given, lengths) => {
        const disk = Buffer.alloc(200)
        const handle = {
          writev: async (parts: readonly Uint8Array[], position: number) => {
            const all = Buffer.concat(parts)
            const bytesWritten = Math.min(all.length, lengths.next().value ?? 1)
            all.copy(disk, position, 0, bytesWritten)
            return { bytesWritten, buffers: parts }
          },
        }
        await writeAll(handle as never, given, 7)
        const whole = Buffer.concat(given)
        assert.ok(disk.subarray(7, 7 + whole.length).equals(whole))
      },
    )
    await fc.assert(property)
  })
})

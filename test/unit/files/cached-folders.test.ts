import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { descriptorsBeneath, fault, get, ls, names, path, put, scene } from './support.js'

describe('beneath: cached folders', () => {
  it('a folder moved out of the root and linked back is not followed', async () => {
    await using s = await scene()
    await mkdir(join(s.home, 'a/b'), { recursive: true })
    await writeFile(join(s.home, 'a/b/file'), 'was inside')
    assert.equal((await get(s.files, '/a/b/file')).toString(), 'was inside')
    await rename(join(s.home, 'a'), join(s.outside, 'a'))
    await symlink(join(s.outside, 'a'), join(s.home, 'a'))
    await assert.rejects(get(s.files, '/a/b/file'), fault('not_found'))
    await assert.rejects(ls(s.files, '/a/b'), fault('not_found'))
  })

  it('a replaced folder is walked to again', async () => {
    await using s = await scene()
    await mkdir(join(s.home, 'a/b'), { recursive: true })
    await writeFile(join(s.home, 'a/b/file'), 'old')
    assert.equal((await get(s.files, '/a/b/file')).toString(), 'old')
    await rename(join(s.home, 'a'), join(s.home, 'old'))
    await mkdir(join(s.home, 'a/b'), { recursive: true })
    await writeFile(join(s.home, 'a/b/file'), 'new')
    assert.equal((await get(s.files, '/a/b/file')).toString(), 'new')
    assert.equal((await get(s.files, '/old/b/file')).toString(), 'old')
  })

  it('a folder that was mounted over is walked to again', async t => {
    await using s = await scene()
    await mkdir(join(s.home, 'disk'))
    await put(s.files, '/disk/covered', 'x')
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', join(s.home, 'disk')], { stdio: 'ignore' })
    } catch {
      return t.skip('a file system cannot be mounted without privileges')
    }
    try {
      assert.deepEqual(await names(s.files, '/disk'), [])
    } finally {
      await s.files[Symbol.asyncDispose]()
      execFileSync('umount', [join(s.home, 'disk')])
    }
  })

  it('a removed folder is gone', async () => {
    await using s = await scene()
    await mkdir(join(s.home, 'a'))
    await ls(s.files, '/a')
    await rm(join(s.home, 'a'), { recursive: true })
    await assert.rejects(put(s.files, '/a/file', 'x'), fault('not_found'))
  })

  it('a moved home stays the same home', async () => {
    await using s = await scene()
    await mkdir(join(s.home, 'a'))
    await put(s.files, '/a/file', 'kept')
    await rename(s.home, join(s.outside, 'home'))
    assert.equal((await get(s.files, '/a/file')).toString(), 'kept')
  })

  it('keeps few folders open, used by many at once, and none in the end', async () => {
    await using s = await scene()
    for (let i = 0; i < 30; i++) {
      await mkdir(join(s.home, `${i}`))
      await writeFile(join(s.home, `${i}/file`), `${i}`)
    }
    const all = Array.from({ length: 600 }, (_, i) => `${(i * 7) % 30}`)
    const contents = await Promise.all(
      all.map(async name => (await get(s.files, `/${name}/file`)).toString()),
    )
    assert.deepEqual(contents, all)
    assert.equal(descriptorsBeneath(s.home), 1 + 8)
    await s.files[Symbol.asyncDispose]()
    assert.equal(descriptorsBeneath(s.home), 0)
  })

  it('an upload outlives its session and still cleans up', async () => {
    await using s = await scene()
    await mkdir(join(s.home, 'a'))
    const upload = await s.files.prepareUpload(path('/a/file'), { from: 0 })
    await upload.open()
    await s.files[Symbol.asyncDispose]()
    await upload.write([Buffer.from('x')])
    await upload[Symbol.asyncDispose]()
    assert.deepEqual(execFileSync('ls', ['-A', join(s.home, 'a')]).toString(), '')
    assert.equal(descriptorsBeneath(s.home), 0)
  })
})

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Fault } from '../../../src/core/fault.js'
import { fault, get, ls, names, openFiles, path, put, ROOTS, scene } from './support.js'

for (const [kind, opener] of ROOTS) {
  describe(`${kind}: links and special files`, () => {
    const attempts = (
      at: string,
    ): [string, (files: Awaited<ReturnType<typeof scene>>['files']) => unknown][] => [
      ['read', files => get(files, at)],
      ['entry', files => files.entry(path(at))],
      ['list', files => ls(files, at)],
      ['remove', files => files.remove(path(at))],
      ['removeDir', files => files.removeDir(path(at))],
      ['rename from', files => files.rename(path(at), path('/moved'))],
      ['setModified', files => files.setModified(path(at), new Date(0))],
      ['setMode', files => files.setMode(path(at), 0o777)],
      ['upload over', files => put(files, at, 'changed')],
      ['append', files => put(files, at, 'changed', { from: 'end' })],
    ]

    it('a link to a file is not there, for any operation', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.outside, 'secret'), 'secret', { mode: 0o600 })
      await symlink(join(s.outside, 'secret'), join(s.home, 'link'))
      const before = await stat(join(s.outside, 'secret'))
      for (const [what, attempt] of attempts('/link')) {
        await assert.rejects(async () => attempt(s.files), fault('not_found'), what)
      }
      await assert.rejects(s.files.makeDir(path('/link')), fault('exists'))
      assert.deepEqual(await names(s.files, '/'), [])
      const after = await stat(join(s.outside, 'secret'))
      assert.equal(await readFile(join(s.outside, 'secret'), 'utf8'), 'secret')
      assert.deepEqual([after.mode, after.mtimeMs], [before.mode, before.mtimeMs])
    })

    it('nothing beneath a link to a folder is there, wherever the link leads', async () => {
      await using s = await scene({ opener })
      await mkdir(join(s.home, 'inner'))
      await writeFile(join(s.home, 'inner', 'file'), 'inner')
      await writeFile(join(s.outside, 'file'), 'secret')
      await symlink(s.outside, join(s.home, 'absolute'))
      await symlink('../outside', join(s.home, 'relative'))
      await symlink('inner', join(s.home, 'inside'))
      await symlink('/proc/self/root', join(s.home, 'proc'))
      await symlink('loop', join(s.home, 'loop'))
      for (const link of ['absolute', 'relative', 'inside', 'proc', 'loop']) {
        for (const at of [`/${link}`, `/${link}/file`, `/inner/../${link}/file`]) {
          for (const [what, attempt] of attempts(at)) {
            await assert.rejects(async () => attempt(s.files), fault('not_found'), `${what} ${at}`)
          }
        }
        await assert.rejects(s.files.makeDir(path(`/${link}/new`)), fault('not_found'))
        await assert.rejects(s.files.rename(path('/inner/file'), path(`/${link}/new`)), fault('not_found'))
        await assert.rejects(s.files.rename(path('/inner'), path(`/${link}`)), fault('exists'))
      }
      assert.deepEqual(await names(s.files, '/'), ['inner'])
      assert.equal(await readFile(join(s.outside, 'file'), 'utf8'), 'secret')
    })

    it('`..` stops at the root', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.outside, 'secret'), 'secret')
      for (const at of ['../outside/secret', '/../../outside/secret', '/a/../../outside/secret']) {
        await assert.rejects(get(s.files, at), fault('not_found'))
      }
      // a backslash is a letter like any other
      await assert.rejects(get(s.files, '..\\outside\\secret'), fault('not_found'))
    })

    it('a FIFO is not there and nobody waits for its other end', { timeout: 10_000 }, async () => {
      await using s = await scene({ opener })
      execFileSync('mkfifo', [join(s.home, 'pipe')])
      for (const [what, attempt] of attempts('/pipe')) {
        await assert.rejects(async () => attempt(s.files), fault('not_found'), what)
      }
      assert.deepEqual(await names(s.files, '/'), [])
    })

    it('a device is not there', { timeout: 10_000 }, async t => {
      await using s = await scene({ opener })
      try {
        execFileSync('mknod', [join(s.home, 'zero'), 'c', '1', '5'], { stdio: 'ignore' })
      } catch {
        return t.skip('device nodes cannot be made without privileges')
      }
      for (const [what, attempt] of attempts('/zero')) {
        await assert.rejects(async () => attempt(s.files), fault('not_found'), what)
      }
      assert.deepEqual(await names(s.files, '/'), [])
    })

    it('a home behind a link is opened', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.outside, 'file'), 'mine')
      await symlink(s.outside, join(s.home, 'link'))
      await using files = await openFiles(join(s.home, 'link'), { opener })
      assert.equal((await get(files, '/file')).toString(), 'mine')
    })
  })
}

describe('beneath: races', () => {
  it('a file swapped for a link while it is read gives no byte from outside', async () => {
    await using s = await scene()
    const [target, real, link] = ['target', 'real', 'link'].map(name => join(s.home, name)) as [
      string,
      string,
      string,
    ]
    await writeFile(join(s.outside, 'secret'), 'secret')
    const swapping = new AbortController()
    const swap = async () => {
      while (!swapping.signal.aborted) {
        await writeFile(real, 'public')
        await rename(real, target)
        await symlink(join(s.outside, 'secret'), link)
        await rename(link, target)
      }
    }
    const swapper = swap()
    const seen = await reads(2000, () => get(s.files, '/target'))
    swapping.abort()
    await swapper
    assert.deepEqual(seen.contents, new Set(['public']))
    assert.ok(seen.refused > 0)
  })

  it('a folder swapped for a link while it is walked leads nowhere outside', async () => {
    await using s = await scene()
    await mkdir(join(s.home, 'a/b'), { recursive: true })
    await writeFile(join(s.home, 'a/b/file'), 'public')
    await mkdir(join(s.outside, 'b'))
    await writeFile(join(s.outside, 'b/file'), 'secret')
    const swapping = new AbortController()
    const swap = async () => {
      while (!swapping.signal.aborted) {
        await rename(join(s.home, 'a'), join(s.home, 'aside'))
        await symlink(s.outside, join(s.home, 'a'))
        await rm(join(s.home, 'a'))
        await rename(join(s.home, 'aside'), join(s.home, 'a'))
      }
    }
    const swapper = swap()
    const seen = await reads(2000, () => get(s.files, '/a/b/file'))
    await reads(500, async () => {
      await s.files.makeDir(path('/a/b/made'))
      await s.files.removeDir(path('/a/b/made'))
      return Buffer.from('')
    })
    swapping.abort()
    await swapper
    assert.deepEqual(seen.contents, new Set(['public']))
    await assert.rejects(stat(join(s.outside, 'b/made')), { code: 'ENOENT' })
  })

  const reads = async (times: number, read: () => Promise<Buffer>) => {
    const contents = new Set<string>()
    let refused = 0
    for (let i = 0; i < times; i++) {
      try {
        contents.add((await read()).toString())
      } catch (error) {
        // `exists`: what a swap interrupted is still there
        if (!(error instanceof Fault) || !['not_found', 'exists'].includes(error.kind)) throw error
        refused++
      }
    }
    return { contents, refused }
  }
})

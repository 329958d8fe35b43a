import assert from 'node:assert/strict'
import { link, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fault, path, put, ROOTS, scene } from './support.js'

for (const [kind, opener] of ROOTS) {
  describe(`${kind}: changes`, () => {
    it('folders are made with the umask asked for, whatever that of the process', async () => {
      const umask = process.umask(0o077)
      try {
        await using s = await scene({ opener, options: { umask: 0o002 } })
        await s.files.makeDir(path('/a'))
        await s.files.makeDir(path('/a/b'))
        await put(s.files, '/a/b/file', 'x')
        assert.equal((await stat(join(s.home, 'a/b'))).mode & 0o777, 0o775)
        assert.equal((await stat(join(s.home, 'a/b/file'))).mode & 0o777, 0o664)
      } finally {
        process.umask(umask)
      }
    })

    it('a folder is made once, in a folder', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.home, 'file'), '')
      await s.files.makeDir(path('/a'))
      await assert.rejects(s.files.makeDir(path('/a')), fault('exists'))
      await assert.rejects(s.files.makeDir(path('/file')), fault('exists'))
      await assert.rejects(s.files.makeDir(path('/file/b')), fault('not_found'))
      await assert.rejects(s.files.makeDir(path('/absent/b')), fault('not_found'))
    })

    it('a folder is removed when empty, a file never by the same command', async () => {
      await using s = await scene({ opener })
      await mkdir(join(s.home, 'a/b'), { recursive: true })
      await writeFile(join(s.home, 'file'), '')
      await assert.rejects(s.files.removeDir(path('/a')), fault('not_empty'))
      await assert.rejects(s.files.removeDir(path('/file')), fault('not_a_directory'))
      await assert.rejects(s.files.remove(path('/a')), fault('not_a_file'))
      await assert.rejects(s.files.removeDir(path('/absent')), fault('not_found'))
      await assert.rejects(s.files.remove(path('/absent')), fault('not_found'))
      await s.files.removeDir(path('/a/b'))
      await s.files.removeDir(path('/a'))
      await s.files.remove(path('/file'))
    })

    it('rename replaces files by files and nothing else', async () => {
      await using s = await scene({ opener })
      await mkdir(join(s.home, 'a/b'), { recursive: true })
      await mkdir(join(s.home, 'empty'))
      await writeFile(join(s.home, 'one'), 'one')
      await writeFile(join(s.home, 'two'), 'two')
      const refused: [string, string, Parameters<typeof fault>[0]][] = [
        ['/one', '/a', 'exists'],
        ['/one', '/empty', 'exists'],
        ['/a', '/one', 'exists'],
        ['/a', '/empty', 'exists'],
        ['/a', '/a/b/c', 'name_not_allowed'],
        ['/absent', '/new', 'not_found'],
        ['/one', '/absent/new', 'not_found'],
        ['/one', '/two/new', 'not_found'],
      ]
      for (const [from, to, kindOfFault] of refused) {
        await assert.rejects(s.files.rename(path(from), path(to)), fault(kindOfFault), `${from} ${to}`)
      }
      await s.files.rename(path('/one'), path('/one'))
      await s.files.rename(path('/one'), path('/two'))
      assert.equal(await readFile(join(s.home, 'two'), 'utf8'), 'one')
      await s.files.rename(path('/two'), path('/a/b/three'))
      await s.files.rename(path('/a'), path('/z'))
      assert.equal(await readFile(join(s.home, 'z/b/three'), 'utf8'), 'one')
    })

    it('rename onto a name that is being uploaded waits its turn', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.home, 'one'), 'one')
      await using upload = await s.files.prepareUpload(path('/two'), { from: 0 })
      await assert.rejects(s.files.rename(path('/one'), path('/two')), fault('busy'))
      await upload[Symbol.asyncDispose]()
      await s.files.rename(path('/one'), path('/two'))
    })

    it('times and modes are set on files and folders', async () => {
      await using s = await scene({ opener })
      await mkdir(join(s.home, 'folder'))
      await writeFile(join(s.home, 'file'), '')
      const time = new Date('1999-12-31T23:59:59Z')
      for (const at of ['/folder', '/file', '/']) {
        await s.files.setModified(path(at), time)
        assert.deepEqual((await s.files.entry(path(at))).modified, time)
      }
      await s.files.setMode(path('/file'), 0o7644)
      await s.files.setMode(path('/folder'), 0o750)
      assert.equal((await s.files.entry(path('/file'))).mode, 0o644)
      assert.equal((await s.files.entry(path('/folder'))).mode, 0o750)
      await assert.rejects(s.files.setMode(path('/absent'), 0o644), fault('not_found'))
      await assert.rejects(s.files.setModified(path('/absent'), time), fault('not_found'))
    })

    it('equal files have equal unique facts', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.home, 'one'), '')
      await link(join(s.home, 'one'), join(s.home, 'two'))
      const [one, two] = [await s.files.entry(path('/one')), await s.files.entry(path('/two'))]
      assert.equal(one.unique, two.unique)
      assert.match(one.unique, /^[0-9a-f]+g[0-9a-f]+$/)
    })
  })
}

import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { RIGHTS, type Right } from '../../../src/core/permission.js'
import type { Files } from '../../../src/core/ports.js'
import { fault, type GrantTable, get, ls, names, openFiles, path, put, scene } from './support.js'

interface Operation {
  readonly what: string
  readonly run: (files: Files) => Promise<unknown>
  /** Any one of these sets is enough, and nothing less. */
  readonly needs: readonly (readonly Right[])[]
}

const OPERATIONS: readonly Operation[] = [
  { what: 'read', run: files => get(files, '/d/file'), needs: [['read']] },
  {
    what: 'digest',
    run: files =>
      files.digest(
        path('/d/file'),
        { algorithm: 'MD5', from: 0, to: undefined },
        new AbortController().signal,
      ),
    needs: [['read']],
  },
  { what: 'list', run: files => ls(files, '/d'), needs: [['list']] },
  { what: 'entry of a file', run: files => files.entry(path('/d/file')), needs: [['list'], ['read']] },
  { what: 'entry of a folder', run: files => files.entry(path('/d')), needs: RIGHTS.map(right => [right]) },
  { what: 'new file', run: files => put(files, '/d/new', 'x'), needs: [['create']] },
  {
    what: 'unique file',
    run: files => put(files, '/d/file', 'x', { from: 0, unique: true }),
    needs: [['create']],
  },
  { what: 'new file by APPE', run: files => put(files, '/d/new', 'x', { from: 'end' }), needs: [['create']] },
  { what: 'overwrite', run: files => put(files, '/d/file', 'x'), needs: [['overwrite']] },
  { what: 'append', run: files => put(files, '/d/file', 'x', { from: 'end' }), needs: [['append']] },
  { what: 'resume at the end', run: files => put(files, '/d/file', 'x', { from: 4 }), needs: [['append']] },
  {
    what: 'resume before the end',
    run: files => put(files, '/d/file', 'x', { from: 2 }),
    needs: [['append', 'overwrite']],
  },
  { what: 'remove', run: files => files.remove(path('/d/file')), needs: [['delete']] },
  { what: 'rename', run: files => files.rename(path('/d/file'), path('/d/new')), needs: [['rename']] },
  {
    what: 'rename over a file',
    run: files => files.rename(path('/d/file'), path('/d/other')),
    needs: [['rename', 'overwrite']],
  },
  {
    what: 'rename a folder',
    run: files => files.rename(path('/d/sub'), path('/d/new')),
    needs: [['rename']],
  },
  { what: 'makeDir', run: files => files.makeDir(path('/d/new')), needs: [['makeDir']] },
  { what: 'removeDir', run: files => files.removeDir(path('/d/sub')), needs: [['removeDir']] },
  {
    what: 'setModified',
    run: files => files.setModified(path('/d/file'), new Date(0)),
    needs: [['setTime']],
  },
  { what: 'setMode', run: files => files.setMode(path('/d/file'), 0o600), needs: [['chmod']] },
]

async function furnish(home: string): Promise<void> {
  await mkdir(join(home, 'd/sub'), { recursive: true })
  await writeFile(join(home, 'd/file'), 'four')
  await writeFile(join(home, 'd/other'), 'other')
}

describe('grants', () => {
  for (const { what, run, needs } of OPERATIONS) {
    it(`${what} needs ${needs.length === RIGHTS.length ? 'any right' : needs.map(set => set.join(' and ')).join(' or ')}`, async () => {
      for (const enough of needs) {
        await using s = await scene({ grants: { '/d': enough } })
        await furnish(s.home)
        await run(s.files)
        const others = RIGHTS.filter(right => !needs.flat().includes(right))
        for (const missing of enough) {
          const less = [...enough.filter(right => right !== missing), ...others]
          if (needs.some(set => set.every(right => less.includes(right)))) continue
          await using t = await scene({ grants: { '/d': less } })
          await furnish(t.home)
          await assert.rejects(run(t.files), fault('denied'), `without ${missing}`)
          assert.deepEqual((await readdir(join(t.home, 'd'))).sort(), ['file', 'other', 'sub'])
          assert.equal(await readFile(join(t.home, 'd/file'), 'utf8'), 'four')
        }
      }
      await using none = await scene({ grants: { '/d': [], '/elsewhere': RIGHTS } })
      await furnish(none.home)
      await assert.rejects(run(none.files), fault('denied'))
    })
  }

  it('the absent and the forbidden cannot be told apart by what is denied', async () => {
    await using s = await scene({ grants: { '/open': 'read-write' } })
    await furnish(s.home)
    for (const at of ['/d/file', '/d/absent', '/absent/file']) {
      await assert.rejects(s.files.entry(path(at)), fault('denied'))
      await assert.rejects(get(s.files, at), fault('denied'))
      await assert.rejects(s.files.remove(path(at)), fault('denied'))
      await assert.rejects(put(s.files, at, 'x'), fault('denied'))
    }
  })

  it('a listing leaves out what an inner grant hides', async () => {
    await using s = await scene({
      grants: { '/': ['list'], '/d': [], '/e': ['create'], '/f/g': ['read'], '/f': [] },
    })
    for (const name of ['d', 'e', 'f', 'h']) await mkdir(join(s.home, name))
    await writeFile(join(s.home, 'file'), '')
    assert.deepEqual(await names(s.files, '/'), ['e', 'f', 'file', 'h'])
    await assert.rejects(s.files.entry(path('/d')), fault('denied'))
    assert.equal((await s.files.entry(path('/f'))).type, 'dir')
  })

  it('the root stays', async () => {
    await using s = await scene()
    await assert.rejects(s.files.removeDir(path('/')), fault('denied'))
    await assert.rejects(s.files.remove(path('/')), fault('not_a_file'))
    await assert.rejects(s.files.rename(path('/'), path('/x')), fault('denied'))
    await assert.rejects(s.files.rename(path('/x'), path('/')), fault('denied'))
    await assert.rejects(s.files.makeDir(path('/')), fault('exists'))
    await assert.rejects(s.files.prepareUpload(path('/'), { from: 0 }), fault('not_a_file'))
  })
})

describe('rename between grants', () => {
  const READ_WRITE = RIGHTS.filter(right => right !== 'chmod')
  const without = (...missing: Right[]) => READ_WRITE.filter(right => !missing.includes(right))
  const cases: [what: string, grants: GrantTable, from: string, to: string, allowed: boolean][] = [
    ['within one grant', { '/': ['rename'] }, '/a/f', '/b/f', true],
    ['a folder within one grant', { '/': ['rename'] }, '/a', '/c', true],
    ['equal grants', { '/a': READ_WRITE, '/b': READ_WRITE }, '/a/f', '/b/f', true],
    ['no rename at the source', { '/a': without('rename'), '/b': READ_WRITE }, '/a/f', '/b/f', false],
    ['no rename at the destination', { '/a': READ_WRITE, '/b': without('rename') }, '/a/f', '/b/f', false],
    ['no create at the destination', { '/a': READ_WRITE, '/b': without('create') }, '/a/f', '/b/f', false],
    [
      'fewer rights at the destination',
      { '/a': READ_WRITE, '/b': ['rename', 'create'] },
      '/a/f',
      '/b/f',
      true,
    ],
    ['a file that may not be read', { '/a': without('read'), '/b': READ_WRITE }, '/a/f', '/b/f', false],
    ['a file that may not be deleted', { '/a': without('delete'), '/b': READ_WRITE }, '/a/f', '/b/f', false],
    ['a folder that may not be read', { '/': READ_WRITE, '/a': without('read') }, '/a', '/c', false],
    [
      'a folder without makeDir at the end',
      { '/a': READ_WRITE, '/b': without('makeDir') },
      '/a/s',
      '/b/s',
      false,
    ],
    ['a folder with a hidden one in it', { '/': READ_WRITE, '/a/s': [] }, '/a', '/c', false],
    ['a folder with a read-only one in it', { '/': READ_WRITE, '/a/s': 'read-only' }, '/a', '/c', false],
    ['a folder with an equal one in it', { '/': READ_WRITE, '/a/s': READ_WRITE }, '/a', '/c', true],
    [
      'onto a place with a richer grant in it',
      { '/': without('read'), '/c/s': READ_WRITE },
      '/a',
      '/c',
      false,
    ],
    ['onto a place with a hidden folder in it', { '/': READ_WRITE, '/c/s': [] }, '/a', '/c', false],
    ['a sibling with a longer name is not beneath', { '/': READ_WRITE, '/ab': [] }, '/a', '/c', true],
  ]
  for (const [what, grants, from, to, allowed] of cases) {
    it(`${what}: ${allowed ? 'allowed' : 'denied'}`, async () => {
      await using s = await scene()
      await mkdir(join(s.home, 'a/s'), { recursive: true })
      await mkdir(join(s.home, 'b'))
      await writeFile(join(s.home, 'a/f'), 'content')
      await using files = await openFiles(s.home, { grants })
      if (!allowed) return await assert.rejects(files.rename(path(from), path(to)), fault('denied'))
      await files.rename(path(from), path(to))
      await s.files.entry(path(to))
      await assert.rejects(s.files.entry(path(from)), fault('not_found'))
    })
  }
})

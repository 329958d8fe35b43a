import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import {
  abandon,
  age,
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

for (const [kind, opener] of ROOTS) {
  describe(`${kind}: an upload that is not finished`, () => {
    it('is each user’s own in a home that they share', async () => {
      await using s = await scene({ opener })
      await using other = await openFiles(s.home, { opener, user: 'other' })
      await abandon(s.files, '/file', 'mine so far')
      await abandon(other, '/file', 'theirs')
      assert.equal(await size(s.files, '/file'), 10)
      assert.equal(await size(other, '/file'), 5)
      await put(other, '/file', ' and more', { from: 6 })
      assert.equal((await get(s.files, '/file')).toString(), 'theirs and more')
      assert.equal(await size(s.files, '/file'), 10)
      await put(s.files, '/file', '!', { from: 'end' })
      assert.equal((await get(other, '/file')).toString(), 'mine so fa!')
    })

    it('under a name too long to be read off it is continued, but not listed', async () => {
      await using s = await scene({ opener })
      for (const [name, listed] of [
        ['x'.repeat(226), true],
        ['x'.repeat(227), false],
        ['ü'.repeat(127), false],
      ] as const) {
        assert.ok(Buffer.byteLength(partialOf(name)) <= 255)
        await abandon(s.files, `/${name}`, 'four')
        assert.deepEqual(await names(s.files, '/'), listed ? [name] : [])
        assert.equal(await size(s.files, `/${name}`), 3)
        await put(s.files, `/${name}`, 'more', { from: 4 })
        assert.equal((await get(s.files, `/${name}`)).toString(), 'fourmore')
        await s.files.remove(path(`/${name}`))
        assert.deepEqual(await readdir(s.home), [])
      }
    })

    it('is listed once, in a folder of any size', async () => {
      await using s = await scene({ opener, options: { durability: 'rename' } })
      const files: string[] = []
      for (let i = 0; i < 700; i++) files.push(`file-${i}`)
      await Promise.all(files.map(name => writeFile(join(s.home, name), 'old')))
      const cut = [...files.filter((_, i) => i % 3 === 0), 'new-1', 'new-2']
      for (const name of cut) await writeFile(join(s.home, partialOf(name)), 'longer')
      await writeFile(join(s.home, partialOf('theirs', 'other')), 'longer')
      const listed = (await ls(s.files, '/')).map(entry => `${entry.name} ${entry.size}`)
      const expected = [...files.map((name, i) => `${name} ${i % 3 === 0 ? 5 : 3}`), 'new-1 5', 'new-2 5']
      assert.deepEqual(listed.sort(), expected.sort())
    })

    it('that is committed while the folder is listed is not listed twice', async () => {
      await using s = await scene({ opener, options: { durability: 'rename' } })
      await abandon(s.files, '/other', 'two')
      for (let i = 0; i < 600; i++) await writeFile(join(s.home, `file-${i}`), '')
      const uploads = await Promise.all(
        Array.from({ length: 20 }, (_, i) => s.files.prepareUpload(path(`/new-${i}`), { from: 0 })),
      )
      for (const upload of uploads) {
        await upload.open()
        await upload.write([Buffer.from('content')])
      }
      const seen: string[] = []
      for await (const batch of s.files.list(path('/'))) {
        seen.push(...batch.map(({ name }) => name))
        const upload = uploads.pop()
        await upload?.commit()
        await upload?.[Symbol.asyncDispose]()
      }
      for (const upload of uploads) await upload[Symbol.asyncDispose]()
      assert.equal(new Set(seen).size, seen.length)
    })

    it('counts as taken for STOU', async () => {
      await using s = await scene({ opener })
      await abandon(s.files, '/file', 'four')
      await using upload = await s.files.prepareUpload(path('/file'), { from: 0, unique: true })
      assert.equal(upload.path, '/file.1')
    })

    it('is busy while it is written to, whoever wants the name', async () => {
      await using s = await scene({ opener })
      await using same = await openFiles(s.home, { opener })
      await using other = await openFiles(s.home, { opener, user: 'other' })
      await writeFile(join(s.home, 'file'), 'old')
      {
        await using _upload = await s.files.prepareUpload(path('/file'), { from: 0 })
        for (const files of [same, other])
          for (const from of [0, 2, 'end'] as const)
            await assert.rejects(files.prepareUpload(path('/file'), { from }), fault('busy'))
        await assert.rejects(same.remove(path('/file')), fault('busy'))
        await other.remove(path('/file'))
      }
      await same.prepareUpload(path('/file'), { from: 0 }).then(upload => upload[Symbol.asyncDispose]())
    })

    it('goes with the file, and alone', async () => {
      await using s = await scene({ opener })
      await put(s.files, '/file', 'old')
      await abandon(s.files, '/file', 'four')
      await s.files.remove(path('/file'))
      await abandon(s.files, '/new', 'four')
      await s.files.remove(path('/new'))
      assert.deepEqual(await readdir(s.home), [])
      await assert.rejects(s.files.remove(path('/new')), fault('not_found'))
    })

    it('stays where it is when the file moves, and goes when another takes its name', async () => {
      await using s = await scene({ opener })
      await put(s.files, '/file', 'old')
      await abandon(s.files, '/file', 'four')
      await s.files.rename(path('/file'), path('/moved'))
      assert.deepEqual(await names(s.files, '/'), ['file', 'moved'])
      await assert.rejects(s.files.rename(path('/file'), path('/again')), fault('not_found'))
      await assert.rejects(s.files.makeDir(path('/file')), fault('exists'))
      await assert.rejects(s.files.setModified(path('/file'), new Date(0)), fault('not_found'))
      await s.files.rename(path('/moved'), path('/file'))
      assert.equal(await size(s.files, '/file'), 3)
      assert.deepEqual(await readdir(s.home), ['file'])
    })

    it('keeps its folder, until nobody may continue it', async () => {
      await using s = await scene({ opener })
      await using other = await openFiles(s.home, { opener, user: 'other' })
      await s.files.makeDir(path('/folder'))
      await abandon(s.files, '/folder/file', 'four')
      await writeFile(join(s.home, 'folder/.portcullis-upload-0123'), 'of a crash')
      for (const files of [s.files, other])
        await assert.rejects(files.removeDir(path('/folder')), fault('not_empty'))
      await age(join(s.home, 'folder', partialOf('file')), 2 * DAY)
      await other.removeDir(path('/folder'))
      assert.deepEqual(await readdir(s.home), [])
    })
  })
}

describe('the rights over an upload that was cut off', () => {
  const cases: [what: string, rights: Parameters<typeof scene>[0], stored: boolean, kept: boolean][] = [
    ['a drop-box continues a new file', { grants: { '/': 'drop-box' } }, false, true],
    ['`overwrite` continues one that is there', { grants: { '/': ['list', 'overwrite'] } }, true, true],
    [
      '`append` alone keeps nothing, so APPE is never stuck',
      { grants: { '/': ['list', 'append'] } },
      true,
      false,
    ],
  ]
  for (const [what, setup, stored, kept] of cases)
    it(what, async () => {
      await using s = await scene(setup)
      if (stored) await writeFile(join(s.home, 'file'), 'old ')
      const from = kept ? 0 : 'end'
      assert.equal((await abandon(s.files, '/file', 'first ', { from })).kept, kept)
      await put(s.files, '/file', 'second', { from: kept ? 6 : 'end' })
      assert.equal(await readFile(join(s.home, 'file'), 'utf8'), kept ? 'first second' : 'old second')
      assert.deepEqual(await readdir(s.home), ['file'])
    })

  it('a new file that somebody else made meanwhile needs `overwrite`', async () => {
    await using s = await scene({ grants: { '/': ['list', 'create', 'append'] } })
    await abandon(s.files, '/file', 'mine')
    await writeFile(join(s.home, 'file'), 'theirs')
    for (const from of [2, 'end'] as const)
      await assert.rejects(s.files.prepareUpload(path('/file'), { from }), fault('denied'))
    assert.equal(await readFile(join(s.home, 'file'), 'utf8'), 'theirs')
  })

  it('whoever may upload may take back what is not finished, and no more', async () => {
    await using s = await scene({ grants: { '/': 'drop-box' } })
    await abandon(s.files, '/file', 'mine')
    await s.files.remove(path('/file'))
    assert.deepEqual(await readdir(s.home), [])
    await assert.rejects(s.files.remove(path('/file')), fault('denied'))
    await put(s.files, '/file', 'finished')
    await assert.rejects(s.files.remove(path('/file')), fault('denied'))
    await writeFile(join(s.home, partialOf('file')), 'of an earlier time')
    await assert.rejects(s.files.remove(path('/file')), fault('denied'))
  })

  it('it is hidden where the user may neither list nor read', async () => {
    await using s = await scene({ grants: { '/': ['create'] } })
    await abandon(s.files, '/file', 'mine')
    await assert.rejects(s.files.entry(path('/file')), fault('denied'))
    await put(s.files, '/file', ' too', { from: 4 })
    assert.equal(await readFile(join(s.home, 'file'), 'utf8'), 'mine too')
  })
})

import assert from 'node:assert/strict'
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { isAllowedName, type VirtualPath } from '../../../src/core/virtual-path.js'
import { fault, get, names, path, put, ROOTS, scene } from './support.js'

const ODD = [
  'a"b.txt',
  "it's",
  ' leading',
  'trailing ',
  '-a',
  '-rf',
  '*',
  '[a-z]?',
  '$HOME',
  '%2e%2e',
  'a\\b',
  '...',
  '~',
  '\x1b[31mred',
  'tab\there',
  'Grüße',
  '日本語.txt',
  '👩‍👩‍👧',
  'e\u0301',
  '\u00e9',
  '\ufeffbom',
  '.hidden',
  '.portcullis',
  'x'.repeat(255),
  'ü'.repeat(127),
]

for (const [kind, opener] of ROOTS) {
  describe(`${kind}: names`, () => {
    for (const name of ODD) {
      it(`keeps ${JSON.stringify(name.slice(0, 20))}`, async () => {
        await using s = await scene({ opener })
        assert.ok(isAllowedName(name))
        await put(s.files, `/${name}`, 'content')
        assert.deepEqual(await names(s.files, '/'), [name])
        assert.deepEqual(await readdir(s.home), [name])
        assert.equal((await s.files.entry(path(`/${name}`))).name, name)
        assert.equal((await get(s.files, `/${name}`)).toString(), 'content')
        await s.files.rename(path(`/${name}`), path('/plain'))
        await s.files.rename(path('/plain'), path(`/${name}`))
        await s.files.remove(path(`/${name}`))
        await s.files.makeDir(path(`/${name}`))
        await put(s.files, `/${name}/file`, 'inner')
        assert.deepEqual(await names(s.files, `/${name}`), ['file'])
        await s.files.remove(path(`/${name}/file`))
        await s.files.removeDir(path(`/${name}`))
        assert.deepEqual(await readdir(s.home), [])
      })
    }

    it('does not show what a client could not name', async () => {
      await using s = await scene({ opener })
      const hidden = [
        Buffer.from([0x66, 0xfc, 0x72]), // für in latin1
        Buffer.from([0xc0, 0xaf]), // an over-long slash
        Buffer.from([0xed, 0xa0, 0x80]), // a lone surrogate
        Buffer.from('cr\rlf\n'),
        Buffer.from('.portcullis-upload-0'),
      ]
      for (const name of hidden) await writeFile(Buffer.concat([Buffer.from(`${s.home}/`), name]), '')
      await symlink('shown', join(s.home, 'link'))
      await writeFile(join(s.home, 'shown'), '')
      assert.deepEqual(await names(s.files, '/'), ['shown'])
      await assert.rejects(get(s.files, '/f\ufffdr'), fault('not_found'))
      await writeFile(join(s.home, 'f\ufffdr'), 'its own')
      assert.deepEqual(await names(s.files, '/'), ['f\ufffdr', 'shown'])
    })

    it('a name that is too long for the host is a fault, not an accident', async () => {
      await using s = await scene({ opener })
      const long = `/${'x'.repeat(256)}` as VirtualPath
      await assert.rejects(s.files.entry(long), fault('name_not_allowed'))
      await assert.rejects(s.files.makeDir(long), fault('name_not_allowed'))
    })
  })
}

describe('names', () => {
  it('a reserved name is refused before it gets here', () => {
    assert.throws(() => path('/.portcullis-upload-0'), fault('name_not_allowed'))
    assert.throws(() => path('/a/.portcullis-x/b'), fault('name_not_allowed'))
  })

  it('a folder deeper than one path may be long is reached step by step', async () => {
    await using s = await scene()
    let at = ''
    for (let depth = 0; depth < 40; depth++) {
      at += `/${'d'.repeat(200)}`
      await s.files.makeDir(path(at))
    }
    await put(s.files, `${at}/file`, 'deep')
    assert.equal((await get(s.files, `${at}/file`)).toString(), 'deep')
    for (let up = at; up !== ''; up = up.slice(0, up.lastIndexOf('/'))) {
      if (up === at) await s.files.remove(path(`${at}/file`))
      await s.files.removeDir(path(up))
    }
    await assert.rejects(readFile(join(s.home, 'd'.repeat(200))), { code: 'ENOENT' })
  })
})

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type Placed, placeWhole, type WholeFile } from '../../../src/files/place-whole.js'
import { tempDir } from '../../helpers/temp-dir.js'
import { descriptorsBeneath } from './support.js'
import { CONTENT, wholeFile } from './whole-file.js'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('placing a whole file', () => {
  const cases: [
    name: string,
    prepare: (folder: string) => Promise<unknown>,
    change: Partial<WholeFile>,
    expect: Partial<Placed> & { code?: string },
    left: string[],
  ][] = [
    ['where nothing is', async () => {}, {}, { kind: 'placed', sha256: sha256(CONTENT) }, ['name']],
    [
      'without its hash',
      async () => {},
      { checksum: false },
      { kind: 'placed', sha256: undefined },
      ['name'],
    ],
    ['over a file', folder => writeFile(join(folder, 'name'), 'old'), {}, { kind: 'placed' }, ['name']],
    ['under a free name', async () => {}, { replaces: false }, { kind: 'placed' }, ['name']],
    [
      'under a name that is taken',
      folder => writeFile(join(folder, 'name'), 'old'),
      { replaces: false },
      { kind: 'name_taken' },
      ['name'],
    ],
    [
      'beside an earlier partial',
      folder => writeFile(join(folder, '.partial'), 'old'),
      {},
      { kind: 'no_partial' },
      ['.partial'],
    ],
    [
      'over a folder',
      folder => mkdir(join(folder, 'name')),
      {},
      { kind: 'failed', placed: false, left: false, code: 'EISDIR' },
      ['name'],
    ],
    [
      'in a folder that is not there',
      rmdir,
      {},
      { kind: 'failed', placed: false, left: false, code: 'ENOENT' },
      [],
    ],
  ]
  for (const [name, prepare, change, expect, left] of cases)
    it(name, async () => {
      await using dir = await tempDir()
      const folder = join(dir.path, 'folder')
      await mkdir(folder)
      await prepare(folder)
      const placed = placeWhole({ ...wholeFile(folder), ...change })
      const { code, ...rest } = expect
      const seen = placed.kind === 'failed' ? { ...placed, code: placed.error.code } : placed
      for (const [key, value] of Object.entries({ ...rest, ...(code && { code }) }))
        assert.equal(seen[key as keyof typeof seen], value, key)
      const names = await readdir(folder).catch(() => [])
      assert.deepEqual(names, left)
      if (placed.kind === 'placed') assert.ok((await readFile(join(folder, 'name'))).equals(CONTENT))
      assert.equal(descriptorsBeneath(folder), 0)
    })
})

import assert from 'node:assert/strict'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Fault } from '../../../src/core/fault.js'
import { Grants, type Preset, type Right } from '../../../src/core/permission.js'
import type { Files } from '../../../src/core/ports.js'
import { openBeneath } from '../../../src/files/beneath.js'
import { DiskStorage } from '../../../src/files/storage.js'
import { tempDir } from '../../helpers/temp-dir.js'
import { type GrantTable, identityOf, OPTIONS, path, THREADS } from './support.js'

type MountTable = Record<string, readonly [source: string, rights: Preset | readonly Right[]]>

const open = (home: string, grants: GrantTable, mounts: MountTable): Promise<Files> =>
  new DiskStorage(openBeneath, OPTIONS, THREADS).open({
    ...identityOf(home, grants),
    mounts: Object.entries(mounts).map(([at, [source, rights]]) => ({
      at: path(at),
      source,
      grants: new Grants([['/', rights]]),
    })),
  })

async function scene() {
  const dir = await tempDir()
  const home = join(dir.path, 'home')
  const catalog = join(dir.path, 'catalog')
  const archive = join(dir.path, 'archive')
  for (const folder of [home, catalog, join(catalog, 'sub'), archive, join(home, 'shadowed')])
    await mkdir(folder, { recursive: true })
  await writeFile(join(catalog, 'list.csv'), 'from the catalog')
  await writeFile(join(home, 'own.txt'), 'mine')
  const files = await open(
    home,
    { '/': 'read-write' },
    { '/catalog': [catalog, 'read-only'], '/deep/down/archive': [archive, 'read-write'] },
  )
  return {
    home,
    catalog,
    archive,
    files,
    async [Symbol.asyncDispose]() {
      await files[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

async function names(files: Files, folder: string): Promise<string[]> {
  const found: string[] = []
  for await (const batch of files.list(path(folder))) found.push(...batch.map(({ name }) => name))
  return found.sort()
}

const refuses = (promise: Promise<unknown>, kind: string) =>
  assert.rejects(promise, (error: unknown) => error instanceof Fault && error.kind === kind)

async function put(files: Files, name: string, text: string): Promise<void> {
  await using upload = await files.prepareUpload(path(name), { from: 0 })
  assert.equal(upload.path, name)
  await upload.open()
  await upload.write([Buffer.from(text)])
  await upload.commit()
}

test('a mount is listed where it stands, and so is the way to it', async () => {
  await using at = await scene()
  assert.deepEqual(await names(at.files, '/'), ['catalog', 'deep', 'own.txt', 'shadowed'])
  assert.deepEqual(await names(at.files, '/deep'), ['down'])
  assert.deepEqual(await names(at.files, '/deep/down'), ['archive'])
  assert.deepEqual(await names(at.files, '/catalog'), ['list.csv', 'sub'])
  assert.equal((await at.files.entry(path('/deep'))).type, 'dir')
  assert.equal((await at.files.entry(path('/catalog'))).name, 'catalog')
  assert.equal((await at.files.entry(path('/catalog/list.csv'))).size, 16)
})

test('its own grants decide, not those of the home', async () => {
  await using at = await scene()
  await using file = await at.files.openRead(path('/catalog/list.csv'), 0)
  assert.equal(file.size, 16)
  await refuses(at.files.prepareUpload(path('/catalog/x'), { from: 0 }), 'denied')
  await refuses(at.files.remove(path('/catalog/list.csv')), 'denied')
  assert.deepEqual([...at.files.rights(path('/catalog/sub'))], ['list', 'read'])
  assert.ok(at.files.rights(path('/own.txt')).has('delete'))
  await put(at.files, '/deep/down/archive/new', 'stored elsewhere')
  assert.deepEqual(await readdir(at.archive), ['new'])
})

test('nothing is moved across its edge, nor is the mount point itself', async () => {
  await using at = await scene()
  await refuses(at.files.rename(path('/own.txt'), path('/deep/down/archive/own.txt')), 'other_filesystem')
  for (const point of ['/catalog', '/deep/down/archive', '/deep', '/deep/down']) {
    await refuses(at.files.rename(path(point), path('/elsewhere')), 'denied')
    await refuses(at.files.rename(path('/own.txt'), path(point)), 'denied')
    await refuses(at.files.removeDir(path(point)), 'denied')
    await refuses(at.files.makeDir(path(point)), 'denied')
  }
  await put(at.files, '/deep/down/archive/a', 'a')
  await at.files.rename(path('/deep/down/archive/a'), path('/deep/down/archive/b'))
  assert.deepEqual(await readdir(at.archive), ['b'])
})

test('a source that is gone hurts nothing else and comes back by itself', async () => {
  await using at = await scene()
  const away = `${at.archive}-away`
  await rename(at.archive, away)
  await refuses(at.files.entry(path('/deep/down/archive/x')), 'storage_error')
  assert.deepEqual(await names(at.files, '/deep/down'), [])
  assert.deepEqual(await names(at.files, '/'), ['catalog', 'deep', 'own.txt', 'shadowed'])
  await rename(away, at.archive)
  await put(at.files, '/deep/down/archive/x', 'back')
})

test('what the home has under the name of a mount is not to be seen', async () => {
  await using dir = await tempDir()
  const home = join(dir.path, 'home')
  const over = join(dir.path, 'over')
  for (const folder of [join(home, 'box'), over]) await mkdir(folder, { recursive: true })
  await writeFile(join(home, 'box', 'hidden'), 'x')
  await using files = await open(home, { '/': 'read-only' }, { '/box': [over, 'read-only'] })
  assert.deepEqual(await names(files, '/'), ['box'])
  assert.deepEqual(await names(files, '/box'), [])
  await refuses(files.entry(path('/box/hidden')), 'not_found')
})

test('where the home grants nothing, the way to a mount is still there', async () => {
  await using dir = await tempDir()
  const [home, source] = [join(dir.path, 'home'), join(dir.path, 'source')]
  for (const folder of [home, source]) await mkdir(folder)
  await writeFile(join(home, 'secret'), 'x')
  await using files = await open(home, {}, { '/a/b': [source, 'read-write'] })
  assert.deepEqual(await names(files, '/'), ['a'])
  assert.ok(files.mayEnter(path('/a')))
  assert.ok(!files.mayEnter(path('/secret')))
  await put(files, '/a/b/x', 'x')
  await refuses(files.entry(path('/secret')), 'denied')
  await rm(source, { recursive: true })
})

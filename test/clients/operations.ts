import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, start } from '../helpers/client-program.js'
import { newest, partialWithBytes } from '../helpers/client-story.js'
import { recorded } from '../helpers/recorded.js'
import { digests, writeSamples } from '../helpers/samples.js'
import type { TestServer } from '../helpers/server.js'
import type { Client, OperationName, Site, Task } from './programs/client.js'

/** One cell of the matrix while it runs. */
export interface Cell {
  readonly client: Client
  readonly server: TestServer
  readonly site: Site
  /** Empty folders of its own: what the user sees as `/`, and one on the client's side. */
  readonly home: string
  readonly local: string
  /** How many small files there are. */
  readonly files: number
  /** How long a run may take, in milliseconds. */
  readonly limitMs: number
}

const UTF8 = 'grüße 文件 日本語.txt'
const BYTES = 200_000
/** More than any client sends before it can be stopped. */
const ENDLESS_BYTES = 48 * 1024 * 1024

/** Does what is asked for, in as many runs as the client needs. @throws Error with what the client said */
async function perform({ client, site, limitMs }: Cell, task: Task): Promise<string> {
  const out: string[] = []
  for (const { program, args, ...options } of await client.commands(site, task)) {
    out.push(await run(program, args, { ...options, limitMs }))
  }
  return out.join('')
}

/** The same with all runs at once. */
async function performAtOnce({ client, site }: Cell, task: Task): Promise<void> {
  const commands = await client.commands(site, task)
  // What has to be made first is made by now.
  await Promise.all(commands.map(({ program, args, ...options }) => run(program, args, options)))
}

async function names(cell: Cell, folder: string): Promise<string[]> {
  const out = await perform(cell, { do: 'list', folder })
  return (cell.client.names?.(out) ?? out.split(/\r?\n/).filter(line => line !== '')).sort()
}

const same = async (one: string, other: string): Promise<void> =>
  assert.deepEqual(await readFile(one), await readFile(other))

async function putAndCompare(cell: Cell, name: string): Promise<void> {
  const { local, home } = cell
  await writeFile(join(local, 'source'), randomBytes(BYTES))
  await perform(cell, { do: 'put', pairs: [[join(local, 'source'), `/${name}`]] })
  await same(join(local, 'source'), join(home, name))
}

async function getAndCompare(cell: Cell, name: string): Promise<void> {
  const { local, home } = cell
  await writeFile(join(home, name), randomBytes(BYTES))
  await perform(cell, { do: 'get', pairs: [[`/${name}`, join(local, 'back')]] })
  await same(join(local, 'back'), join(home, name))
}

const small = (count: number): string[] => Array.from({ length: count }, (_, index) => `file ${index}`)

async function writeTree(folder: string): Promise<void> {
  for (const path of ['', 'sub', 'sub/deeper', 'sub/日本語', 'other']) {
    await writeSamples(join(folder, path), ['one byte', UTF8])
  }
}

const trees = (cell: Cell) => ({ here: join(cell.local, 'tree'), there: join(cell.home, 'tree') })

async function treeUp(cell: Cell): Promise<void> {
  const { here, there } = trees(cell)
  await perform(cell, { do: 'put tree', pair: [here, '/tree'] })
  assert.deepEqual(await digests(there), await digests(here))
}

async function treeDown(cell: Cell): Promise<void> {
  const { here, there } = trees(cell)
  await perform(cell, { do: 'get tree', pair: ['/tree', here] })
  assert.deepEqual(await digests(here), await digests(there))
}

export const operations: Readonly<Record<OperationName, (cell: Cell) => Promise<void>>> = {
  async login(cell) {
    await perform(cell, { do: 'list', folder: '' })
    const { user, client } = await newest(cell.server, 'login.succeeded')
    assert.equal(user, cell.site.user)
    assert.equal((client as { address: string }).address, cell.site.host)
  },
  async list(cell) {
    const found = ['one byte', 'say "hello", it\'s me', '64k.bin'].sort()
    await writeSamples(join(cell.home, 'folder'), found)
    assert.deepEqual(await names(cell, '/folder'), found)
  },
  upload: cell => putAndCompare(cell, 'a file'),
  download: cell => getAndCompare(cell, 'a file'),
  async 'resume upload'(cell) {
    const { local, home } = cell
    const bytes = randomBytes(BYTES)
    await writeFile(join(local, 'source'), bytes)
    await writeFile(join(home, 'half'), bytes.subarray(0, BYTES / 2))
    await perform(cell, { do: 'continue put', pairs: [[join(local, 'source'), '/half']] })
    await same(join(local, 'source'), join(home, 'half'))
    assert.equal((await newest(cell.server, 'file.uploaded')).resumedFrom, BYTES / 2)
  },
  async 'resume download'(cell) {
    const { local, home } = cell
    const bytes = randomBytes(BYTES)
    await writeFile(join(home, 'source'), bytes)
    await writeFile(join(local, 'half'), bytes.subarray(0, BYTES / 2))
    await perform(cell, { do: 'continue get', pairs: [['/source', join(local, 'half')]] })
    await same(join(home, 'source'), join(local, 'half'))
    assert.equal((await newest(cell.server, 'file.downloaded')).resumedFrom, BYTES / 2)
  },
  async rename(cell) {
    await writeSamples(cell.home, ['one byte'])
    const before = await digests(cell.home)
    await perform(cell, { do: 'move', pair: ['/one byte', '/renamed'] })
    assert.deepEqual(await digests(cell.home), { renamed: before['one byte'] })
  },
  async delete(cell) {
    await writeSamples(cell.home, ['one byte', '64k.bin'])
    await perform(cell, { do: 'remove', path: '/one byte' })
    assert.deepEqual(Object.keys(await digests(cell.home)), ['64k.bin'])
  },
  async 'many files up'(cell) {
    const { here, there } = trees(cell)
    await writeSamples(here, small(cell.files))
    if (!('tree up' in cell.client.cannot)) return await treeUp(cell)
    await mkdir(there)
    const pairs = small(cell.files).map(name => [join(here, name), `/tree/${name}`] as const)
    await perform(cell, { do: 'put', pairs })
    assert.deepEqual(await digests(there), await digests(here))
  },
  async 'many files down'(cell) {
    const { here, there } = trees(cell)
    await writeSamples(there, small(cell.files))
    if (!('tree down' in cell.client.cannot)) return await treeDown(cell)
    await mkdir(here)
    const pairs = small(cell.files).map(name => [`/tree/${name}`, join(here, name)] as const)
    await perform(cell, { do: 'get', pairs })
    assert.deepEqual(await digests(here), await digests(there))
  },
  async 'UTF-8 name'(cell) {
    if (!('upload' in cell.client.cannot)) await putAndCompare(cell, UTF8)
    await getAndCompare(cell, UTF8)
    assert.deepEqual(await names(cell, ''), [UTF8])
  },
  async 'tree up'(cell) {
    await writeTree(trees(cell).here)
    await treeUp(cell)
  },
  async 'tree down'(cell) {
    await writeTree(trees(cell).there)
    await treeDown(cell)
  },
  async '10 at once'(cell) {
    const { here, there } = trees(cell)
    await mkdir(here)
    await writeSamples(there, small(10))
    await performAtOnce(cell, { do: 'get at once', pair: ['/tree', here], names: small(10) })
    assert.deepEqual(await digests(here), await digests(there))
  },
  async aborted(cell) {
    const { server, site, client, home, local } = cell
    const file = join(local, 'new.bin')
    await writeFile(file, Buffer.alloc(ENDLESS_BYTES, 'new'))
    await writeFile(join(home, 'target.bin'), 'old')
    const arrived = partialWithBytes(home)
    const [command] = await client.commands(site, { do: 'put slowly', pair: [file, '/target.bin'] })
    assert.ok(command)
    const { program, args, ...options } = command
    const running = start(program, args, options)
    await arrived
    running.kill('SIGKILL')
    await running.result
    await recorded(server, { event: 'file.upload_failed', path: '/target.bin' })
    assert.equal(await readFile(join(home, 'target.bin'), 'utf8'), 'old')
  },
}

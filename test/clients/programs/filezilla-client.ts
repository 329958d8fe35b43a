// The real FileZilla on a screen of its own, driven by mouse and keyboard.
//
// Arguments: host, port, user, password, certificate, TLS version, verb and what it needs. What it lists and says goes to
// stdout. HOME is a folder for what it keeps, SCREENSHOTS one for a picture of each run.
import { link, mkdir, mkdtemp, rename, truncate, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { DELETE, FileZilla, YES } from '../filezilla/app.js'
import { Screen } from '../filezilla/screen.js'
import type { Site, Version } from './client.js'

const [host = '', port, user = '', password = '', ca = '', version, verb = '', ...args] =
  process.argv.slice(2)
const [first = '', second = ''] = args
const pairs = Array.from(
  { length: args.length / 2 },
  (_, index) => [args[2 * index] ?? '', args[2 * index + 1] ?? ''] as const,
)
const dir = await mkdtemp(join(process.env.HOME ?? '', 'filezilla-'))
const site: Site = { host, port: Number(port), user, password, ca, version: version as Version, dir }
/** It has no way to give a file another name on the other side: it sends from and receives into this folder. */
const stage = join(dir, 'stage')
await mkdir(stage)

const ENDLESS_BYTES = 1024 ** 3

type Options = Parameters<typeof FileZilla.open>[4]

await using screen = await Screen.open(process.env.SCREENSHOTS)

async function connected(local: string, remote: string, options?: Options): Promise<FileZilla> {
  const app = await FileZilla.open(screen, site, local, remote, options)
  await app.said(/Directory listing of .* successful|Error: Critical/)
  await withoutErrors(app)
  return app
}

async function finished(app: FileZilla): Promise<void> {
  await app.queueDone()
  await withoutErrors(app)
}

async function withoutErrors(app: FileZilla): Promise<void> {
  const log = await app.log()
  if (log.includes('Error:')) throw new Error(log)
}

async function put(options?: Options): Promise<FileZilla> {
  for (const [local, remote] of pairs) await link(local, join(stage, posix.basename(remote)))
  const app = await connected(stage, posix.dirname(pairs[0]?.[1] ?? '/'), options)
  await app.transferAll('local')
  await finished(app)
  return app
}

async function get(options?: Options): Promise<FileZilla> {
  const app = await connected(stage, posix.dirname(pairs[0]?.[0] ?? '/'), options)
  await app.transferAll('remote')
  await finished(app)
  for (const [remote, local] of pairs) await rename(join(stage, posix.basename(remote)), local)
  return app
}

async function selected(path: string): Promise<FileZilla> {
  const app = await connected(stage, posix.dirname(path))
  await app.select('remote', (await app.names()).indexOf(posix.basename(path)))
  return app
}

const verbs: Readonly<Record<string, () => Promise<FileZilla>>> = {
  async list() {
    const app = await connected(stage, first)
    for (const name of await app.names()) console.log(name)
    return app
  },
  put,
  get,
  reput: () => put({ existing: 'resume' }),
  async reget() {
    await rename(second, join(stage, posix.basename(first)))
    return get({ existing: 'resume' })
  },
  async mv() {
    const app = await selected(first)
    await screen.keys('F2')
    await screen.type(posix.basename(second))
    await screen.keys('Return')
    await app.done('RNTO')
    return app
  },
  async rm() {
    const app = await selected(first)
    await screen.keys('Delete')
    await app.answer(DELETE, YES)
    await app.done('DELE')
    return app
  },
  async puttree() {
    const app = await connected(posix.dirname(first), posix.dirname(second))
    await app.transferAll('local')
    await finished(app)
    return app
  },
  async gettree() {
    const app = await connected(posix.dirname(second), posix.dirname(first))
    await app.transferAll('remote')
    await finished(app)
    return app
  },
  parallel: () => get({ transfers: 10 }),
  async endless() {
    const file = join(stage, posix.basename(first))
    await writeFile(file, '')
    await truncate(file, ENDLESS_BYTES)
    const app = await connected(stage, posix.dirname(first), { existing: 'overwrite', uploadLimit: 1024 })
    await app.transferAll('local')
    await finished(app)
    return app
  },
}

try {
  await using app = await verbs[verb]?.()
  await screen.picture(`${verb} ${version} ${host}`)
  void app
} catch (error) {
  await screen.picture(`${verb} ${version} ${host} failed`)
  console.error(String(error))
  process.exitCode = 1
}

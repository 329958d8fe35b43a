import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { verifyAuditLog } from '../../../src/audit/verify.js'
import { plant } from '../../helpers/plant.js'
import { type TempDir, tempDir } from '../../helpers/temp-dir.js'
import { type Held, ProbedServer } from '../probed-server.js'
import { Violation } from './replies.js'

/** What no client may touch; it is there before each stream and after it. */
const TRAPS = ['fifo', 'link', 'linkdir', 'loop', 'procroot']
/** Long ago, so that a read is a change of the access time even where the file system records few. */
const UNREAD = new Date('2001-01-01T00:00:00Z')

/** Limits that a flood runs into are tried elsewhere; here they would only end it. */
const UNLIMITED = { max: 1_000_000 }
const CONFIG = {
  server: {
    listen: { host: '127.0.0.1', port: 0 },
    maxSessions: 50_000,
    maxSessionsPerAddress: 50_000,
    timeouts: { handshake: '5s', login: '5m', idle: '5m', dataConnect: '300ms', dataStall: '5s' },
  },
  auth: {
    limits: {
      connectionsPerAddress: { ...UNLIMITED, within: '1s' },
      failuresPerUserAndAddress: UNLIMITED,
      failuresPerAddress: UNLIMITED,
    },
    verification: { queue: 1000 },
  },
  uploads: { durability: 'rename' },
  audit: { file: 'audit.jsonl', rotate: { size: '64MiB', keep: 8 } },
}

/** A server with a home for each worker, and files outside of them that nobody may touch. */
export class Scene implements AsyncDisposable {
  readonly server: ProbedServer
  /** What the server held when nobody had connected but once. */
  base: Held | undefined
  /** Texts that no reply and no data may hold. */
  readonly forbidden: readonly string[]
  readonly #dir: TempDir
  readonly #mark: string

  private constructor(dir: TempDir, server: ProbedServer, mark: string) {
    this.#dir = dir
    this.server = server
    this.#mark = mark
    this.forbidden = [basename(dir.path), `canary-${mark}`, process.version, process.cwd()]
  }

  static async open(workers: number): Promise<Scene> {
    const dir = await tempDir()
    const names = Array.from({ length: workers }, (_, worker) => userOf(worker))
    const users = names.map(name => ({ name, home: name }))
    const mark = randomBytes(8).toString('hex')
    const server = await ProbedServer.start(dir.path, { config: CONFIG, users, ports: 400 }, names)
    const scene = new Scene(dir, server, mark)
    const canary = `canary-${mark}`
    await plant(dir.path, { 'outside/secret': canary, 'outside/file': canary, 'outside/sub/file': canary })
    await plant(dir.path, { 'data/secret': canary })
    for (const file of scene.#canaries) await utimes(file, UNREAD, UNREAD)
    for (const name of names) await scene.#trap(join(server.data, name))
    return scene
  }

  /** Bytes of this user and of nobody else. */
  ownMark(worker: number): string {
    return `mark-${this.#mark}-${worker};`
  }

  /** What stands before a user's number in what is its own. */
  get anyMark(): string {
    return `mark-${this.#mark}-`
  }

  /** Makes the home as new. @throws Violation when a trap is gone */
  async reset(worker: number): Promise<void> {
    const home = join(this.server.data, userOf(worker))
    const names = await readdir(home)
    const gone = TRAPS.filter(name => !names.includes(name))
    if (gone.length > 0) throw new Violation(`links or pipes are gone from the home: ${gone.join()}`)
    for (const name of names)
      if (!TRAPS.includes(name)) await rm(join(home, name), { recursive: true, force: true })
    const own = this.ownMark(worker)
    await mkdir(join(home, 'sub', 'deeper'), { recursive: true })
    await Promise.all(
      ['file', 'other', 'sub/file']
        .map(name => writeFile(join(home, name), own))
        .concat(writeFile(join(home, 'empty'), '')),
    )
    await writeFile(join(home, 'large'), own)
    await truncate(join(home, 'large'), 300_000)
  }

  /** @throws Violation when a file outside was changed or read, or something was put there */
  async checkOutside(): Promise<void> {
    for (const file of this.#canaries) {
      const { atimeMs, mtimeMs, size } = await stat(file)
      if (mtimeMs !== UNREAD.getTime() || size !== `canary-${this.#mark}`.length)
        throw new Violation(`${file} was changed`)
      if (atimeMs !== UNREAD.getTime()) throw new Violation(`${file} was read`)
    }
    const outside = (await readdir(join(this.#dir.path, 'outside'), { recursive: true })).sort()
    if (outside.join() !== 'file,secret,sub,sub/file')
      throw new Violation(`outside there is now ${outside.join()}`)
  }

  /** @throws Violation when the chain of the audit log does not hold */
  async checkAudit(): Promise<number> {
    const { problems, records } = await verifyAuditLog(this.server.auditFile)
    if (problems.length > 0) throw new Violation(`the audit log: ${JSON.stringify(problems.slice(0, 3))}`)
    return records
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
    await this.#dir[Symbol.asyncDispose]()
  }

  get #canaries(): string[] {
    return ['outside/secret', 'outside/file', 'outside/sub/file', 'data/secret'].map(name =>
      join(this.#dir.path, name),
    )
  }

  async #trap(home: string): Promise<void> {
    const outside = join(this.#dir.path, 'outside')
    await symlink(join(outside, 'secret'), join(home, 'link'))
    await symlink(outside, join(home, 'linkdir'))
    await symlink('/proc/self/root', join(home, 'procroot'))
    await symlink('loop', join(home, 'loop'))
    execFileSync('mkfifo', [join(home, 'fifo')])
  }
}

export const userOf = (worker: number): string => `user${worker}`

import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { UploadNotice } from './notice.js'

export interface QueueEntry {
  readonly notice: UploadNotice
  /** Attempts made so far. */
  readonly attempts: number
}

const ENTRY = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json$/
const TEMPORARY = /\.tmp$/
const PRIVATE_FOLDER = 0o700
const PRIVATE_FILE = 0o600

/** A folder with one file for each notice that waits, and in `failed` those that were given up. Throws the errno. */
export class QueueFolder {
  /** What waited when the folder was opened, oldest first. */
  readonly found: readonly string[]
  readonly #path: string
  /** What a crash left half written; it belongs to no upload that was acknowledged. */
  readonly #torn: readonly string[]
  /** Oldest first. */
  readonly #failed: string[]

  private constructor(path: string, names: readonly string[], failed: readonly string[]) {
    this.#path = path
    this.#torn = names.filter(name => TEMPORARY.test(name))
    this.#failed = idsIn(failed)
    this.found = idsIn(names)
  }

  /** Makes the folder if there is none; changes nothing in one that is there. */
  static async open(path: string): Promise<QueueFolder> {
    const failed = join(path, 'failed')
    await mkdir(failed, { recursive: true, mode: PRIVATE_FOLDER })
    for (const folder of [path, dirname(path)]) await syncFolder(folder)
    return new QueueFolder(path, await readdir(path), await readdir(failed))
  }

  /** Removes what a crash left half written before the folder was opened. */
  async sweep(): Promise<void> {
    for (const name of this.#torn) await rm(join(this.#path, name), { force: true })
  }

  /** When this resolves the notice survives a crash and a power failure; when it throws there is none. */
  async add(notice: UploadNotice): Promise<void> {
    await this.#write({ notice, attempts: 0 }, true)
    try {
      await syncFolder(this.#path)
    } catch (error) {
      await this.remove(notice.id).catch(() => {})
      throw error
    }
  }

  /** Notes how often it was tried. Not synced: after a power failure it is tried once too often at worst. */
  async update(entry: QueueEntry): Promise<void> {
    await this.#write(entry, false)
  }

  /** @throws SyntaxError when the file holds no notice */
  async read(id: string): Promise<QueueEntry> {
    const entry = JSON.parse(await readFile(this.#file(id), 'utf8')) as Partial<QueueEntry> | null
    if (entry?.notice?.id !== id || typeof entry.attempts !== 'number') throw new SyntaxError('not a notice')
    return entry as QueueEntry
  }

  async remove(id: string): Promise<void> {
    await rm(this.#file(id), { force: true })
  }

  /** Puts it with those that were given up, of which the newest `keep` stay. */
  async setAside(id: string, keep: number): Promise<void> {
    await rename(this.#file(id), this.#failedFile(id))
    this.#failed.push(id)
    while (this.#failed.length > keep) await rm(this.#failedFile(this.#failed.shift() ?? ''), { force: true })
  }

  async #write(entry: QueueEntry, synced: boolean): Promise<void> {
    const { id } = entry.notice
    const temporary = join(this.#path, `${id}.tmp`)
    try {
      await using file = await open(temporary, 'w', PRIVATE_FILE)
      await file.writeFile(JSON.stringify(entry))
      if (synced) await file.sync()
      await rename(temporary, this.#file(id))
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {})
      throw error
    }
  }

  #file(id: string): string {
    return join(this.#path, `${id}.json`)
  }

  #failedFile(id: string): string {
    return join(this.#path, 'failed', `${id}.json`)
  }
}

/** Ids are in order of time. */
const idsIn = (names: readonly string[]): string[] =>
  names.flatMap(name => ENTRY.exec(name)?.[1] ?? []).sort()

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path)
  await folder.sync()
}

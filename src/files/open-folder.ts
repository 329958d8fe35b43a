import { fstatSync, readlinkSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { DirectCalls } from './direct-calls.js'
import type { Entries, Folder } from './folder.js'
import type { MountTable } from './mount-table.js'

/** A directory handle with several users; the last to let go closes it. Whoever adopts it is the first. */
export class OpenFolder {
  readonly #handle: FileHandle
  readonly #calls: DirectCalls
  #users = 1
  /** Equal for the same folder, however it was reached. */
  readonly id: string
  #isLocal = true
  #mounts: MountTable | undefined

  private constructor(
    handle: FileHandle,
    calls: DirectCalls,
    readonly dev: bigint,
    readonly ino: bigint,
  ) {
    this.#handle = handle
    this.#calls = calls
    this.id = `${dev}:${ino}`
  }

  /** Takes the handle over, also when it throws. */
  static async adopt(handle: FileHandle, calls: DirectCalls): Promise<OpenFolder> {
    try {
      const { dev, ino } = await handle.stat({ bigint: true })
      return new OpenFolder(handle, calls, dev, ino)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** The kernel resolves this to the open folder itself, wherever it is now (proc_pid_fd(5)). */
  get path(): string {
    return `/proc/self/fd/${this.#handle.fd}`
  }

  /**
   * The kernel's own name for the folder, wherever it is now. Synchronous: /proc answers from memory, in a tenth of the
   * time that a way to another thread and back takes.
   */
  get place(): Buffer {
    return readlinkSync(this.path, 'buffer')
  }

  /** Whether the folder was deleted. Where file systems count no links of folders (btrfs) it never seems so. */
  async isDeleted(): Promise<boolean> {
    const { direct } = this
    if (direct) return direct.make(() => fstatSync(this.#handle.fd).nlink === 0)
    // without the mark it is not; with it, it may be a part of the name
    return this.place.subarray(-DELETED.length).equals(DELETED) && (await this.#handle.stat()).nlink === 0
  }

  /** For asking it on the main thread; undefined when another machine has a say, or asking took long of late. */
  get direct(): DirectCalls | undefined {
    return this.#local && this.#calls.allowed ? this.#calls : undefined
  }

  /** Once it is not it never is again: what was unmounted under it has no name any more that would tell. */
  get #local(): boolean {
    const { mounts } = this.#calls
    if (mounts === undefined) return false
    if (this.#isLocal && mounts !== this.#mounts) this.#isLocal = this.#isLocalBy(mounts)
    this.#mounts = mounts
    return this.#isLocal
  }

  #isLocalBy(mounts: MountTable): boolean {
    const name = this.#name()
    return name !== undefined && mounts.isLocal(name)
  }

  /** Whether its files may be written past the page cache. */
  takesPastCache(): boolean {
    const name = this.#name()
    return name !== undefined && this.#calls.mounts?.takesPastCache(name) === true
  }

  /** As the table of mounts has names; undefined for one that is too long for the kernel to tell. */
  #name(): string | undefined {
    try {
      return this.place.toString('latin1')
    } catch {
      return undefined
    }
  }

  lease(): Folder {
    // A closed handle's number may already belong to another file: lending it again would be an escape.
    if (this.#users === 0) throw new Error('folder lent after it was closed')
    this.#users++
    return new Lease(this)
  }

  /** Makes what happened to its entries survive a power failure. Throws the errno. */
  sync(): Promise<void> {
    return this.#handle.sync()
  }

  async release(): Promise<void> {
    if (--this.#users === 0) await this.#handle.close()
  }
}

/** The folder as one of its users has it. */
class Lease implements Folder {
  readonly id: string
  readonly #folder: OpenFolder
  #held = true

  constructor(folder: OpenFolder) {
    this.#folder = folder
    this.id = folder.id
  }

  get direct(): DirectCalls | undefined {
    return this.#folder.direct
  }

  takesPastCache(): boolean {
    return this.#folder.takesPastCache()
  }

  at(name: string): string {
    if (!this.#held) throw new Error('folder used after it was given back')
    return `${this.#folder.path}/${name}`
  }

  async openEntries(): Promise<Entries> {
    return { sync: () => this.#folder.sync(), [Symbol.asyncDispose]: async () => {} }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#held) return
    this.#held = false
    await this.#folder.release()
  }
}

/** What /proc appends to the name of what is gone (proc_pid_fd(5)). */
const DELETED = Buffer.from(' (deleted)')

import { readlinkSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Folder } from './folder.js'

/** A directory handle with several users; the last to let go closes it. Whoever adopts it is the first. */
export class OpenFolder {
  readonly #handle: FileHandle
  #users = 1

  private constructor(
    handle: FileHandle,
    readonly dev: bigint,
    readonly ino: bigint,
  ) {
    this.#handle = handle
  }

  /** Takes the handle over, also when it throws. */
  static async adopt(handle: FileHandle): Promise<OpenFolder> {
    try {
      const { dev, ino } = await handle.stat({ bigint: true })
      return new OpenFolder(handle, dev, ino)
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
    // without the mark it is not; with it, it may be a part of the name
    return this.place.subarray(-DELETED.length).equals(DELETED) && (await this.#handle.stat()).nlink === 0
  }

  lease(): Folder {
    // A closed handle's number may already belong to another file: lending it again would be an escape.
    if (this.#users === 0) throw new Error('folder lent after it was closed')
    this.#users++
    let held = true
    return {
      id: `${this.dev}:${this.ino}`,
      at: name => {
        if (!held) throw new Error('folder used after it was given back')
        return `${this.path}/${name}`
      },
      openEntries: async () => ({ sync: () => this.#handle.sync(), [Symbol.asyncDispose]: async () => {} }),
      [Symbol.asyncDispose]: async () => {
        if (!held) return
        held = false
        await this.release()
      },
    }
  }

  async release(): Promise<void> {
    if (--this.#users === 0) await this.#handle.close()
  }
}

/** What /proc appends to the name of what is gone (proc_pid_fd(5)). */
const DELETED = Buffer.from(' (deleted)')

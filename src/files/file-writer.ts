import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { isShared } from '../core/shared-memory.js'
import { EarlySync } from './early-sync.js'
import { errnoOf } from './errno.js'
import type { Folder } from './folder.js'
import { writeAll } from './partial.js'
import type { UploadOptions } from './upload-plan.js'
import type { WritingThreads } from './writing-threads.js'

/** What begins and ends at multiples of this, in memory and in the file, every disk takes as it is. */
const BLOCK_BYTES = 4096

/**
 * How the bytes of one upload get into its file, and to the disk where they have to be there.
 *
 * Then large pieces go past the page cache (O_DIRECT, open(2)): the disk fetches them from where they are. That spares the
 * copy, the memory for it and the wait at the end; and what partners send does not drive out of memory what others read.
 * Where nobody waits for the disk the page cache takes them, faster than a slow disk does.
 */
export class FileWriter implements AsyncDisposable {
  readonly #writing: WritingThreads
  readonly #durable: boolean
  readonly #sync = new EarlySync()
  #mayPassCache: boolean
  /** The same file, opened for that. */
  #pastCache: FileHandle | undefined

  constructor(writing: WritingThreads, folder: Folder, { durability }: Pick<UploadOptions, 'durability'>) {
    this.#writing = writing
    this.#durable = durability === 'commit'
    this.#mayPassCache = this.#durable && folder.takesPastCache()
  }

  /** Resolves when all of the chunks are in the file from `position` on, and nobody reads them any more. Throws the errno. */
  async write(handle: FileHandle, chunks: readonly Uint8Array[], position: number): Promise<void> {
    if (
      this.#mayPassCache &&
      isAligned(chunks, position) &&
      (await this.#writePastCache(handle, chunks, position))
    )
      return
    // What is in shared memory is much, and written by a thread that has nothing else to do.
    if (chunks.every(isShared)) await this.#writing.write({ fd: handle.fd, chunks, position })
    else await writeAll(handle, chunks, position)
    if (this.#durable) this.#sync.advance(handle, chunks.reduce(plusLength, position))
  }

  /** Resolves when all that was written is where it has to be. Throws the errno. */
  async finish(handle: FileHandle): Promise<void> {
    if (this.#durable) await this.#sync.finish(handle)
    await this[Symbol.asyncDispose]()
  }

  /** The handle of `write` stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#mayPassCache = false
    const pastCache = this.#pastCache
    this.#pastCache = undefined
    await pastCache?.close()
  }

  /** Whether it was done; where it cannot be, not always is that known before. Throws the errno. */
  async #writePastCache(
    handle: FileHandle,
    chunks: readonly Uint8Array[],
    position: number,
  ): Promise<boolean> {
    try {
      // by the handle, not by its name, which somebody else may have by now (proc_pid_fd(5))
      this.#pastCache ??= await open(`/proc/self/fd/${handle.fd}`, constants.O_WRONLY | constants.O_DIRECT)
    } catch {
      this.#mayPassCache = false
      return false
    }
    try {
      await this.#writing.write({ fd: this.#pastCache.fd, chunks, position, pastCache: true })
      return true
    } catch (error) {
      if (errnoOf(error) !== 'EINVAL') throw error
      this.#mayPassCache = false
      return false
    }
  }
}

/** Shared memory begins at a page. */
const isAligned = (chunks: readonly Uint8Array[], position: number): boolean =>
  position % BLOCK_BYTES === 0 &&
  chunks.every(
    chunk => isShared(chunk) && chunk.byteOffset % BLOCK_BYTES === 0 && chunk.length % BLOCK_BYTES === 0,
  )

const plusLength = (sum: number, { length }: Uint8Array): number => sum + length

import type { FileHandle } from 'node:fs/promises'

/** Bytes between two syncs of an upload on its way. */
const STEP_BYTES = 32 << 20
/** Early syncs of this process at a time: each holds one of the few threads that all sessions' file accesses share. */
const MOST_AT_A_TIME = 1

let running = 0

/**
 * Brings a large upload to the disk while it comes in. Left to the end, a client would wait for all of it there with
 * nothing to send or to read, and many give up after a minute.
 */
export class EarlySync {
  /** Bytes of the file when the last one began. */
  #at = 0
  #done: Promise<void> = Promise.resolve()

  /** To be told how long the file is; nobody waits for what that begins. */
  advance(handle: FileHandle, position: number): void {
    if (running >= MOST_AT_A_TIME || position - this.#at < STEP_BYTES) return
    this.#at = position
    running++
    const before = this.#done
    const syncing = handle.datasync().finally(() => running--)
    this.#done = syncing.then(() => before)
    this.#done.catch(ignore)
  }

  /**
   * Resolves when all of the file is on the disk. Throws the errno, also that of an earlier one: the system reports an
   * error only once.
   */
  async finish(handle: FileHandle): Promise<void> {
    await this.#done
    await handle.datasync()
  }
}

const ignore = () => {}

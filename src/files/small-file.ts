import { closeSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs'
import { Fault } from '../core/fault.js'
import type { ByteSource, ReadableFile } from '../core/ports.js'
import type { DirectCalls } from './direct-calls.js'
import { fromErrno } from './errno.js'
import type { Folder } from './folder.js'
import { READ } from './reader.js'

/** Read in one call on the main thread: no more than it also copies, encrypts and writes at a time. */
const MOST_BYTES = 64 << 10

const QUIETLY = { throwIfNoEntry: false } as const

/** A file that is opened, read and closed without a way to another thread. Owns the descriptor. */
export class SmallFile implements ReadableFile {
  readonly size: number
  readonly bytes: ByteSource
  readonly #fd: number
  readonly #calls: DirectCalls
  #closed = false

  /** @param size at most {@link MOST_BYTES} */
  constructor(fd: number, size: number, from: number, calls: DirectCalls) {
    this.#fd = fd
    this.#calls = calls
    this.size = size
    this.bytes = this.#read(from)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#calls.make(() => closeSync(this.#fd))
  }

  async *#read(from: number): AsyncGenerator<Uint8Array> {
    if (from >= this.size) return
    if (this.#closed) throw new Fault('aborted')
    const buffer = Buffer.allocUnsafeSlow(this.size - from)
    for (let filled = 0; filled < buffer.length; ) {
      const count = this.#fill(buffer, filled, from + filled)
      if (count === 0) throw new Fault('file_shrank')
      filled += count
    }
    yield buffer
  }

  #fill(buffer: Buffer, filled: number, position: number): number {
    try {
      return this.#calls.make(() => readSync(this.#fd, buffer, filled, buffer.length - filled, position))
    } catch (error) {
      throw fromErrno(error)
    }
  }
}

/**
 * Opens a regular file that is small, where the main thread may do so; undefined for everything else, also for what is
 * not there. Throws the errno.
 */
export function openSmall(folder: Folder, name: string, from: number): SmallFile | undefined {
  const { direct } = folder
  if (!direct) return undefined
  const place = folder.at(name)
  return direct.make(() => {
    // looked at first: to open a device may take long
    const seen = lstatSync(place, QUIETLY)
    if (!seen?.isFile() || seen.size > MOST_BYTES) return undefined
    const fd = openSync(place, READ)
    const opened = sizeOf(fd)
    if (opened !== undefined && opened >= from) return new SmallFile(fd, opened, from, direct)
    closeSync(fd)
    return undefined
  })
}

/** Undefined when it is not what was looked at any more. */
function sizeOf(fd: number): number | undefined {
  const stats = fstatSync(fd)
  return stats.isFile() && stats.size <= MOST_BYTES ? stats.size : undefined
}

import { constants, fstatSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Fault } from '../core/fault.js'
import type { ByteSource, ReadableFile } from '../core/ports.js'
import { sharedBuffer } from '../core/shared-memory.js'
import { fromErrno } from './errno.js'
import type { Folder } from './folder.js'
import { ReadBuffers } from './read-buffers.js'

/** Never through a link, and never waiting for the other end of a FIFO. */
export const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

export interface OpenFile {
  readonly handle: FileHandle
  /** Bytes. */
  readonly size: number
}

/**
 * Opens a regular file for reading; the caller closes it. Throws the errno.
 * @throws Fault `not_a_file` for a folder, `not_found` for devices, FIFOs and sockets
 */
export async function openRegular(folder: Folder, name: string): Promise<OpenFile> {
  const handle = await open(folder.at(name), READ)
  try {
    // Synchronous: of a file that was just opened the kernel has this in memory.
    const stats = fstatSync(handle.fd)
    if (stats.isDirectory()) throw new Fault('not_a_file')
    if (!stats.isFile()) throw new Fault('not_found')
    return { handle, size: stats.size }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * The same of a file that reaches to an offset.
 * @throws Fault `bad_range` when it ends before
 */
export async function openUpTo(folder: Folder, name: string, offset: number): Promise<OpenFile> {
  const file = await openRegular(folder, name)
  if (offset <= file.size) return file
  await file.handle.close()
  throw new Fault('bad_range')
}

/**
 * The bytes from offset `from` up to `to`. Throws the errno.
 * @throws Fault `file_shrank` when the file ends before `to`
 */
async function* readRange(
  handle: FileHandle,
  from: number,
  to: number,
  buffers: ReadBuffers,
): AsyncGenerator<Uint8Array> {
  for (let position = from; position < to; ) {
    const buffer = buffers.next()
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, to - position), position)
    if (bytesRead === 0) throw new Fault('file_shrank')
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/**
 * The bytes from the beginning up to `to`, in memory that a thread sees, whatever their number. A chunk is good until the
 * next one is asked for. As {@link readRange}.
 */
export async function* readShared(handle: FileHandle, to: number): AsyncGenerator<Uint8Array> {
  using buffers = new ReadBuffers(to, sharedBuffer)
  yield* readRange(handle, 0, to, buffers)
}

/**
 * An open file on its way to a client. Owns the handle and the memory of what it yields: the last chunks are good until it
 * is disposed.
 */
export class FileReader implements ReadableFile {
  readonly size: number
  readonly bytes: ByteSource
  readonly #handle: FileHandle
  readonly #buffers: ReadBuffers
  #reading: Promise<unknown> = Promise.resolve()

  constructor(file: OpenFile, from: number) {
    this.#handle = file.handle
    this.size = file.size
    this.#buffers = new ReadBuffers(file.size - from)
    this.bytes = this.#read(readRange(file.handle, from, file.size, this.#buffers))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A read that an aborted transfer left behind must not meet another file under the same number.
    await this.#reading.catch(() => {})
    this.#buffers[Symbol.dispose]()
    await this.#handle.close()
  }

  async *#read(chunks: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const reading = chunks.next()
        this.#reading = reading
        const { done, value } = await reading
        if (done) return
        yield value
      }
    } catch (error) {
      throw fromErrno(error)
    } finally {
      await chunks.return(undefined)
    }
  }
}

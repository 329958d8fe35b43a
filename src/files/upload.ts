import { createHash } from 'node:crypto'
import { type FileHandle, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../core/fault.js'
import type { Right } from '../core/permission.js'
import type { Upload, UploadReceipt } from '../core/ports.js'
import { nameOf, type VirtualPath } from '../core/virtual-path.js'
import type { Stats } from './entry.js'
import { errnoOf, withFaults } from './errno.js'
import type { Folder } from './folder.js'
import {
  createPartial,
  newPartialName,
  placeNew,
  removePartial,
  replaceWith,
  syncFolder,
  writeAll,
} from './partial.js'
import { openRegular, readRange } from './reader.js'
import { requireUploadRight } from './upload-rights.js'

export interface UploadOptions {
  /** Permission bits that new files and folders do not get. */
  readonly umask: number
  /** `commit`: file and folder are synced before a commit resolves; `rename`: they are not. */
  readonly durability: 'commit' | 'rename'
  /** Whether a SHA-256 is computed on the way. */
  readonly checksum: boolean
  /** Most bytes of one file; undefined for no limit. */
  readonly maxSize: number | undefined
}

/** What was found and claimed before the upload began. The upload gives folder and hold back. */
export interface UploadPlan {
  readonly folder: Folder
  readonly hold: Disposable
  readonly path: VirtualPath
  readonly rights: ReadonlySet<Right>
  readonly from: number | 'end'
  readonly existing: Stats | undefined
  /** Whether the commit must not replace a file, whatever the rights. */
  readonly unique: boolean
}

/** A partial on its way to a name. The file that has the name now is read at most, never opened for writing. */
export class FileUpload implements Upload {
  readonly path: VirtualPath
  readonly #plan: UploadPlan
  readonly #options: UploadOptions
  readonly #hash: ReturnType<typeof createHash> | undefined
  readonly #partial = newPartialName()
  #handle: FileHandle | undefined
  /** Bytes in the partial. */
  #position = 0
  /** Whether a partial is there to be removed. */
  #pending = false
  #failure: unknown
  #disposed = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(plan: UploadPlan, options: UploadOptions) {
    this.path = plan.path
    this.#plan = plan
    this.#options = options
    this.#hash = options.checksum ? createHash('sha256') : undefined
  }

  open(): Promise<void> {
    return this.#inTurn(async () => {
      const { folder, existing } = this.#plan
      const mode = existing ? Number(existing.mode) & 0o777 : 0o666 & ~this.#options.umask
      this.#handle = await createPartial(folder, this.#partial, mode)
      this.#pending = true
      if (existing && this.#plan.from !== 0) await this.#copyBase()
    })
  }

  write(chunks: readonly Uint8Array[]): Promise<void> {
    return this.#inTurn(async () => {
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      const { maxSize } = this.#options
      if (maxSize !== undefined && this.#position + bytes > maxSize) throw new Fault('too_large')
      await this.#append(chunks, bytes)
    })
  }

  commit(): Promise<UploadReceipt> {
    return this.#inTurn(async () => {
      const handle = this.#opened()
      if (this.#options.durability === 'commit') await handle.datasync()
      // closed first: network file systems report a full disk here
      this.#handle = undefined
      await handle.close()
      await this.#place()
      this.#pending = false
      if (this.#options.durability === 'commit') await syncFolder(this.#plan.folder)
      return { size: this.#position, sha256: this.#hash?.digest('hex') }
    })
  }

  async hostPath(): Promise<string | undefined> {
    try {
      return join(await realpath(this.#plan.folder.at('.')), nameOf(this.path))
    } catch (error) {
      if (errnoOf(error) === undefined) throw error
      return undefined
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    await this.#last
    // Nothing is lost when these fail: the upload was not committed, or the file is already closed.
    await this.#handle?.close().catch(() => {})
    if (this.#pending) await removePartial(this.#plan.folder, this.#partial)
    await this.#plan.folder[Symbol.asyncDispose]()
    this.#plan.hold[Symbol.dispose]()
  }

  /** One at a time, and none after a failure: a hole in the file must never be committed. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      if (this.#disposed) throw new Fault('aborted')
      if (this.#failure !== undefined) throw this.#failure
      return await withFaults(work)
    })
    this.#last = turn.catch(error => {
      this.#failure ??= error
    })
    return turn
  }

  #opened(): FileHandle {
    if (!this.#handle) throw new Error('the upload is not open')
    return this.#handle
  }

  /** The only place where bytes enter the file and the hash. They are hashed while the disk is busy with them. */
  async #append(chunks: readonly Uint8Array[], bytes: number): Promise<void> {
    const writing = writeAll(this.#opened(), chunks, this.#position)
    for (const chunk of chunks) this.#hash?.update(chunk)
    await writing
    this.#position += bytes
  }

  /** Takes over what the existing file has before the offset. */
  async #copyBase(): Promise<void> {
    const { folder, path, rights, from } = this.#plan
    const { handle, size } = await openRegular(folder, nameOf(path))
    await using _closed = handle
    requireUploadRight(rights, size, from) // it may have changed since it was looked at
    for await (const chunk of readRange(handle, 0, from === 'end' ? size : from)) {
      if (this.#disposed) throw new Fault('aborted')
      await this.#append([chunk], chunk.length)
    }
  }

  async #place(): Promise<void> {
    const { folder, path, rights, unique, existing } = this.#plan
    const name = nameOf(path)
    if (!unique && (existing || rights.has('overwrite'))) await replaceWith(folder, this.#partial, name)
    else if (!(await placeNew(folder, this.#partial, name))) throw new Fault(unique ? 'exists' : 'denied')
  }
}

import type { FileHandle } from 'node:fs/promises'
import { Fault } from '../core/fault.js'
import type { Upload, UploadReceipt } from '../core/ports.js'
import { nameOf, type VirtualPath } from '../core/virtual-path.js'
import { lookUp } from './entry.js'
import { FileWriter } from './file-writer.js'
import { hostPathOf } from './host-path.js'
import { amountOf, type Ledger } from './ledger.js'
import {
  continuePartial,
  createAnew,
  discardPartial,
  placeNew,
  removePartial,
  renamePartial,
} from './partial.js'
import { type Account, Hold } from './quota.js'
import { openRegular, readShared } from './reader.js'
import { Turns } from './turns.js'
import { bothDone, type UploadHash } from './upload-hash.js'
import {
  LEAST_KEPT,
  mayReplace,
  modeOf,
  nameTaken,
  requireSize,
  type UploadOptions,
  type UploadPlan,
  underWay,
} from './upload-plan.js'
import { chooseStart } from './upload-start.js'
import type { WritingThreads } from './writing-threads.js'

/** The server writes to a file of its own, whatever the permission bits that it is to have in the end. */
const OWNER_READ_WRITE = 0o600

/** A partial on its way to a name. The file that has the name now is read at most, never opened for writing. */
export class FileUpload implements Upload {
  readonly path: VirtualPath
  readonly #plan: UploadPlan
  readonly #options: UploadOptions
  readonly #ledger: Ledger
  readonly #quota: Hold
  readonly #writer: FileWriter
  readonly #hash: UploadHash | undefined
  /** Permission bits of the finished file. */
  readonly #mode: number
  #handle: FileHandle | undefined
  /** What the file is called that is written to; undefined when there is none. */
  #name: string | undefined
  /** Bytes in the file. */
  #position = 0
  /** Bytes in it that were there before the client's; undefined until all of them are taken over. */
  #base: number | undefined
  readonly #turns = new Turns()
  #kept = false

  constructor(
    plan: UploadPlan,
    options: UploadOptions,
    account: Account,
    writing: WritingThreads,
    hash: UploadHash | undefined,
  ) {
    this.path = plan.path
    this.#plan = plan
    this.#options = options
    this.#ledger = account.ledger
    this.#quota = new Hold(account, plan.existing)
    this.#writer = new FileWriter(writing, plan.folder, options)
    this.#hash = hash
    this.#mode = modeOf(plan, options)
  }

  get bytes(): number {
    return this.#base === undefined ? 0 : this.#position - this.#base
  }

  get kept(): boolean {
    return this.#kept
  }

  open(): Promise<void> {
    return this.#inTurn(async () => {
      const { start } = this.#plan
      if (start.from === 'partial') await this.#continue(start.bytes)
      else await this.#create()
      if (start.from === 'stored') await this.#copyStored(start.bytes)
      this.#base = this.#position
    })
  }

  write(chunks: readonly Uint8Array[]): Promise<void> {
    return this.#inTurn(async () => {
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      requireSize(this.#position + bytes, this.#options)
      if (bytes > 0) await this.#becomeResumable()
      await this.#append(chunks, bytes)
    })
  }

  commit(): Promise<UploadReceipt> {
    return this.#inTurn(async () => {
      const handle = this.#opened()
      const durable = this.#options.durability === 'commit'
      await using entries = durable ? await this.#plan.folder.openEntries() : undefined
      if ((this.#mode & OWNER_READ_WRITE) !== OWNER_READ_WRITE) await handle.chmod(this.#mode)
      await this.#writer.finish(handle)
      // closed first: network file systems report a full disk here
      this.#handle = undefined
      await handle.close()
      const sha256 = await this.#hash?.end()
      await this.#ledger.step(() => this.#place())
      await entries?.sync()
      return { size: this.#position, sha256 }
    })
  }

  hostPath(): Promise<string | undefined> {
    return hostPathOf(this.#plan.folder, nameOf(this.path))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#turns.over) return
    await this.#turns.end()
    this.#hash?.[Symbol.dispose]()
    // Nothing is lost when this fails: the upload was not committed, or the file is already closed.
    const closed = await bothDone(this.#writer[Symbol.asyncDispose](), this.#handle?.close()).then(
      () => true,
      () => false,
    )
    await this.#ledger.step(async () => {
      this.#kept = closed && this.#handle !== undefined && this.#isWorthKeeping()
      const isLeft = this.#name !== undefined && !this.#kept
      this.#quota.end(isLeft && (await removePartial(this.#plan.folder, this.#name as string)))
    })
    await this.#plan.folder[Symbol.asyncDispose]()
    this.#plan.hold[Symbol.dispose]()
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(() => underWay(work))
  }

  #opened(): FileHandle {
    if (!this.#handle) throw new Error('the upload is not open')
    return this.#handle
  }

  /** A full disk gets its room back, and a file that failed is not trusted; every other end may be resumed. */
  #isWorthKeeping(): boolean {
    return (
      !this.#turns.failed &&
      this.#name === this.#plan.names.partial &&
      this.#position >= LEAST_KEPT &&
      this.#quota.mayStay
    )
  }

  /**
   * An upload that starts from nothing may be resumed from its first byte on, and so may never look as if it went on
   * from an earlier one. What is copied first waits under another name, where a crash leaves half a copy to nobody.
   */
  async #create(): Promise<void> {
    const { folder, start, resumable, names } = this.#plan
    const anew = start.from === 'nothing'
    const name = resumable && anew ? names.partial : names.temporary
    await this.#ledger.step(async () => {
      if (anew && !resumable) await discardPartial(this.#ledger, folder, names.partial)
      this.#handle = await createAnew(this.#ledger, folder, name, this.#mode | OWNER_READ_WRITE)
      this.#name = name
      this.#quota.take({ bytes: 0, files: 1 })
    })
  }

  async #continue(bytes: number): Promise<void> {
    const { folder, names } = this.#plan
    const handle = await this.#ledger.step(async () => {
      const earlier = amountOf(await lookUp(folder, names.partial))
      const opened = await continuePartial(folder, names.partial, bytes)
      this.#quota.adopt(earlier, bytes)
      return opened
    })
    this.#handle = handle
    this.#name = names.partial
    this.#position = bytes
    if (!this.#hash) return
    for await (const chunk of readShared(handle, bytes)) {
      if (this.#turns.over) throw new Fault('aborted')
      await this.#hash.update([chunk])
    }
  }

  /** Takes over what the existing file has before the offset. */
  async #copyStored(bytes: number | 'all'): Promise<void> {
    const { handle, size } = await openRegular(this.#plan.folder, nameOf(this.path))
    await using _closed = handle
    // it may have changed since it was looked at
    chooseStart(this.#plan.rights, { stored: size, partial: undefined }, bytes === 'all' ? 'end' : bytes)
    for await (const chunk of readShared(handle, bytes === 'all' ? size : bytes)) {
      if (this.#turns.over) throw new Fault('aborted')
      await this.#append([chunk], chunk.length)
    }
  }

  /** The copy is complete, and the client's first bytes are here. */
  async #becomeResumable(): Promise<void> {
    const { folder, resumable, names } = this.#plan
    if (!resumable || this.#name !== names.temporary) return
    await this.#ledger.step(async () => {
      await discardPartial(this.#ledger, folder, names.partial)
      await renamePartial(folder, names.temporary, names.partial)
      this.#name = names.partial
    })
  }

  /** The only place where bytes enter the file and the hash. They are hashed while the disk is busy with them. */
  async #append(chunks: readonly Uint8Array[], bytes: number): Promise<void> {
    await this.#ledger.step(async () => {
      this.#quota.take({ bytes, files: 0 })
      const written = this.#writer.write(this.#opened(), chunks, this.#position)
      await bothDone(written, this.#hash?.update(chunks))
      this.#position += bytes
    })
  }

  async #place(): Promise<void> {
    const { folder, names } = this.#plan
    const [written, name] = [this.#name as string, nameOf(this.path)]
    const replaces = mayReplace(this.#plan)
    this.#quota.expect(replaces ? await lookUp(folder, name) : undefined)
    if (replaces) await renamePartial(folder, written, name)
    else if (!(await placeNew(folder, written, name))) throw nameTaken(this.#plan)
    this.#name = undefined
    this.#quota.committed()
    // an older one that did not reach to where this upload began
    if (written !== names.partial) await discardPartial(this.#ledger, folder, names.partial)
  }
}

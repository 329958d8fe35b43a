import type { Upload, UploadReceipt } from '../core/ports.js'
import { nameOf, type VirtualPath } from '../core/virtual-path.js'
import { lookUp } from './entry.js'
import { systemError } from './errno.js'
import { hostPathOf } from './host-path.js'
import type { Placed, WholeFile } from './place-whole.js'
import { type Account, Hold } from './quota.js'
import { Turns } from './turns.js'
import type { FileUpload } from './upload.js'
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
import type { WritingThreads } from './writing-threads.js'

/** Kept in memory at most, by each upload: what a data connection brings in one batch. */
const MOST_BYTES = 128 << 10

/**
 * An upload that starts from nothing, as most do, and is written when all of it is there: in one go, on one thread,
 * instead of six. One that grows, or that is cut off and may be resumed, becomes a {@link FileUpload}: nobody can tell
 * it from one that was one from the start.
 */
export class SmallUpload implements Upload {
  readonly path: VirtualPath
  readonly #plan: UploadPlan
  readonly #options: UploadOptions
  readonly #account: Account
  readonly #writing: WritingThreads
  readonly #asFile: () => FileUpload
  readonly #turns = new Turns()
  #held: Uint8Array = EMPTY
  #file: FileUpload | undefined
  #committed = false

  /** @param asFile the same upload, written as it comes; takes folder and hold over */
  constructor(
    plan: UploadPlan,
    options: UploadOptions,
    account: Account,
    writing: WritingThreads,
    asFile: () => FileUpload,
  ) {
    this.path = plan.path
    this.#plan = plan
    this.#options = options
    this.#account = account
    this.#writing = writing
    this.#asFile = asFile
  }

  get bytes(): number {
    return this.#file?.bytes ?? this.#held.length
  }

  get kept(): boolean {
    return this.#file?.kept ?? false
  }

  async open(): Promise<void> {}

  write(chunks: readonly Uint8Array[]): Promise<void> {
    return this.#turns.take(async () => {
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, this.#held.length)
      if (!this.#file && bytes <= MOST_BYTES) {
        requireSize(bytes, this.#options)
        this.#held = joined([this.#held, ...chunks], bytes)
      } else {
        const file = this.#file ?? (await this.#toFile())
        await file.write(chunks)
      }
    })
  }

  commit(): Promise<UploadReceipt> {
    return this.#turns.take(async () => {
      const receipt = this.#file ? undefined : await underWay(() => this.#commitWhole())
      this.#committed = receipt !== undefined
      return receipt ?? (await (this.#file ?? (await this.#toFile())).commit())
    })
  }

  hostPath(): Promise<string | undefined> {
    return hostPathOf(this.#plan.folder, nameOf(this.path))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#turns.over) return
    await this.#turns.end()
    // of one that fails to be kept nothing is lost but the chance to resume it
    if (this.#isWorthKeeping()) await this.#toFile().catch(() => {})
    if (this.#file) return await this.#file[Symbol.asyncDispose]()
    await this.#plan.folder[Symbol.asyncDispose]()
    this.#plan.hold[Symbol.dispose]()
  }

  #isWorthKeeping(): boolean {
    const isCutOff = !this.#committed && !this.#turns.failed
    return isCutOff && !this.#file && this.#plan.resumable && this.#held.length >= LEAST_KEPT
  }

  async #toFile(): Promise<FileUpload> {
    this.#file = this.#asFile()
    const held = this.#held
    this.#held = EMPTY
    await this.#file.open()
    if (held.length > 0) await this.#file.write([held])
    return this.#file
  }

  /** Undefined when it cannot be done in one go, and nothing was done. Throws the errno. */
  async #commitWhole(): Promise<UploadReceipt | undefined> {
    const replaces = mayReplace(this.#plan)
    const size = this.#held.length
    return await this.#account.ledger.step(async () => {
      const quota = new Hold(this.#account, this.#plan.existing)
      let isLeft = false
      try {
        quota.take({ bytes: size, files: 1 })
        quota.expect(replaces ? await lookUp(this.#plan.folder, nameOf(this.path)) : undefined)
        isLeft = true
        const placed = await this.#writing.place(this.#whole(replaces))
        isLeft = placed.kind === 'failed' && placed.left
        if (placed.kind === 'placed' || (placed.kind === 'failed' && placed.placed)) quota.committed()
        return this.#receipt(placed, size)
      } finally {
        quota.end(!isLeft)
      }
    })
  }

  #whole(replaces: boolean): WholeFile {
    const { folder, names, resumable } = this.#plan
    return {
      bytes: this.#held,
      folder: folder.at('.'),
      partial: folder.at(resumable ? names.partial : names.temporary),
      name: folder.at(nameOf(this.path)),
      mode: modeOf(this.#plan, this.#options),
      replaces,
      durable: this.#options.durability === 'commit',
      checksum: this.#options.checksum,
    }
  }

  #receipt(placed: Placed, size: number): UploadReceipt | undefined {
    switch (placed.kind) {
      case 'placed':
        return { size, sha256: placed.sha256 }
      case 'no_partial':
        return undefined
      case 'name_taken':
        throw nameTaken(this.#plan)
      case 'failed':
        throw systemError(placed.error)
    }
  }
}

const EMPTY = new Uint8Array(0)

/** In memory of its own: with a part of a larger piece, all of it would be copied on the way to a thread. */
function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = Buffer.allocUnsafeSlow(bytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

import type { DigestAlgorithm } from '../core/digest.js'
import { AskedThread } from './asked-thread.js'

/** What a thread is told. The file stays open, and its number the same, until the outcome is there. */
export interface DigestTask {
  readonly fd: number
  readonly algorithm: DigestAlgorithm
  /** Offset of the first byte. */
  readonly from: number
  /** Offset behind the last byte. */
  readonly to: number
  /** Shared memory; anything but 0 in it ends the work before the next read. */
  readonly stop: Int32Array
}

export type DigestOutcome =
  | { readonly kind: 'done'; readonly hex: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'shrank' }
  | { readonly kind: 'failed'; readonly message: string }

export type DigestThread = AskedThread<DigestTask, DigestOutcome>

/** A thread that hashes what is on the disk; asked for one thing at a time. */
export const startDigestThread = (): DigestThread =>
  new AskedThread(new URL('./digest-worker.js', import.meta.url))

import type { Reason } from '../core/reason.js'
import type { UploadNotice } from './notice.js'

/**
 * One attempt to tell of an upload. Resolves when the receiver has it.
 *
 * @param attempt from 1
 * @param signal fires when the server cannot wait any longer
 * @throws DeliveryFailure
 */
export type Deliver = (notice: UploadNotice, attempt: number, signal: AbortSignal) => Promise<void>

/** An attempt that failed; `message` is for the logs and holds no secret. */
export class DeliveryFailure extends Error {
  readonly reason: Reason

  constructor(reason: Reason, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'DeliveryFailure'
    this.reason = reason
  }
}

/** Whatever an attempt threw; a stranger becomes `internal` and keeps its cause. */
export const toDeliveryFailure = (thrown: unknown): DeliveryFailure =>
  thrown instanceof DeliveryFailure ? thrown : new DeliveryFailure('internal', 'internal', thrown)

import type { FaultKind, Reason } from './reason.js'

export interface FaultDetail {
  /** The code written to the audit log; defaults to the kind. */
  readonly reason?: Reason
  /** Of a `denied`: the right that was missing, or several of which any would have done. For the audit log. */
  readonly right?: string
  readonly cause?: unknown
}

/** The one error type that crosses layers. Anything else that is thrown is a bug and answered with 451. */
export class Fault extends Error {
  readonly kind: FaultKind
  readonly reason: Reason
  readonly right: string | undefined

  constructor(kind: FaultKind, detail: FaultDetail = {}) {
    super(kind, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'Fault'
    this.kind = kind
    this.reason = detail.reason ?? kind
    this.right = detail.right
  }
}

/** Turns whatever was thrown into a Fault; a stranger becomes `internal` and keeps its cause. */
export const toFault = (thrown: unknown): Fault =>
  thrown instanceof Fault ? thrown : new Fault('internal', { cause: thrown })

/** Why the signal fired: the Fault it was given, or just `aborted`. */
export const abortFault = (signal: AbortSignal): Fault =>
  signal.reason instanceof Fault ? signal.reason : new Fault('aborted')

/**
 * Settles as the work does, or rejects with the reason as soon as the signal fires, however long the work then still
 * takes; what comes of it is not looked at any more.
 */
export async function unlessAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  reason: () => unknown = () => abortFault(signal),
): Promise<T> {
  let onAbort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(reason())
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([aborted, work])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

import { Fault } from '../core/fault.js'
import type { FaultKind } from '../core/reason.js'

/** Runs what asks the store; when the store cannot answer, the answer is no. @throws Fault of the given kind */
export async function closedOnFailure<T>(kind: FaultKind, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    throw new Fault(kind, { reason: 'limiter_unavailable', cause })
  }
}

import type { AuditEvent } from '../../../src/core/audit-event.js'
import { Fault } from '../../../src/core/fault.js'
import { Limits } from '../../../src/limits/limits.js'
import { MemoryStore } from '../../../src/limits/memory-store.js'
import type { LimitOptions } from '../../../src/limits/options.js'

export const OPTIONS: LimitOptions = {
  maxSessions: 3,
  maxSessionsPerAddress: 2,
  connectionRate: { count: 1000, window: 60_000 },
  handshakeFailures: { count: 4, window: 60_000 },
  pairFailures: { count: 3, window: 60_000, block: 120_000 },
  userFailures: { count: 6, window: 60_000, block: 300_000 },
  addressFailures: { count: 5, window: 60_000 },
  ban: { first: 900_000, longest: 3_000_000, forget: 10_000_000 },
  onStoreFailure: 'closed',
}

export const A = '203.0.113.1'
export const B = '203.0.113.2'

export function limitsWith(change: Partial<LimitOptions> = {}) {
  const events: AuditEvent[] = []
  const record = (event: AuditEvent) => void events.push(event)
  const limits = new Limits({ options: { ...OPTIONS, ...change } }, { record }, new MemoryStore())
  return { limits, events }
}

export const refusal = (kind: string, reason: string) => (error: unknown) =>
  error instanceof Fault && error.kind === kind && error.reason === reason

/** So many failed logins. */
export async function fail(limits: Limits, user: string, address: string, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await limits.logins.failed(user, address)
}

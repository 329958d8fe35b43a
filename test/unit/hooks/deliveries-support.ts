import { readdir } from 'node:fs/promises'
import { Fault } from '../../../src/core/fault.js'
import { Deliveries, type DeliveryPolicy } from '../../../src/hooks/deliveries.js'
import { type Deliver, DeliveryFailure } from '../../../src/hooks/delivery.js'
import type { UploadNotice } from '../../../src/hooks/notice.js'
import { QueueFolder } from '../../../src/hooks/queue-folder.js'
import { memoryLog } from '../../helpers/audit-log.js'
import { memoryAudit, notice } from './support.js'

export const POLICY: Omit<DeliveryPolicy, 'deliver'> = {
  concurrency: 4,
  queue: { max: 100, keepFailed: 10 },
  retry: { delay: 2, maxDelay: 8, giveUpAfter: 60_000 },
}

export const REFUSAL = new DeliveryFailure('hook_rejected', 'HTTP 500')

/** A queue in a folder, and what became of its notices. */
export async function queueIn(folder: string, deliver: Deliver, change: Partial<DeliveryPolicy> = {}) {
  const audit = memoryAudit()
  const log = memoryLog()
  const deliveries = new Deliveries('webhook', await QueueFolder.open(folder), {
    audit,
    log,
    random: () => 1,
  })
  deliveries.replace({ ...POLICY, deliver, ...change })
  return {
    deliveries,
    audit,
    log,
    accept: async (one: UploadNotice = notice()) => {
      using place = deliveries.reserve()
      await place.accept(one)
      return one
    },
    waiting: async () => (await readdir(folder)).filter(name => name.endsWith('.json')),
    [Symbol.asyncDispose]: () => deliveries.stop(0),
  }
}

export const fault = (kind: string, reason: string) => (error: unknown) =>
  error instanceof Fault && error.kind === kind && error.reason === reason

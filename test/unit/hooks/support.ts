import type { AuditEvent, Subject } from '../../../src/core/audit-event.js'
import type { Audit } from '../../../src/core/ports.js'
import { newNoticeId, type UploadNotice } from '../../../src/hooks/notice.js'

export const notice = (change: Partial<UploadNotice> = {}): UploadNotice => ({
  id: newNoticeId(Date.now()),
  time: new Date().toISOString(),
  user: 'acme',
  session: 'k3v9',
  client: { address: '203.0.113.7', port: 50122 },
  path: '/inbox/order.xml',
  file: '/srv/data/acme/inbox/order.xml',
  size: 12,
  bytes: 5,
  resumedFrom: 7,
  sha256: 'ab'.repeat(32),
  close: 'clean',
  ...change,
})

export interface MemoryAudit extends Audit {
  readonly events: (AuditEvent & { readonly subject: Subject | undefined })[]
  /** Resolves when there are so many events of that name. */
  seen(name: string, count?: number): Promise<void>
}

export function memoryAudit(): MemoryAudit {
  const events: MemoryAudit['events'] = []
  const waiting = new Set<() => void>()
  return {
    events,
    record(event, subject) {
      events.push({ ...event, subject })
      for (const look of waiting) look()
    },
    requireWritable: () => {},
    seen: (name, count = 1) =>
      new Promise(resolve => {
        const look = () => {
          if (events.filter(({ event }) => event === name).length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}

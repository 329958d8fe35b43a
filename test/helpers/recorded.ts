import { isDeepStrictEqual } from 'node:util'
import { seen } from './changes.js'
import type { TestServer } from './server.js'

type AuditRecord = Record<string, unknown>

/** Waits for a record in the audit log that has all these fields; one that is there already will do. */
export function recorded(server: TestServer, fields: AuditRecord): Promise<AuditRecord> {
  const matches = (record: AuditRecord) =>
    Object.entries(fields).every(([name, value]) => isDeepStrictEqual(record[name], value))
  return seen(server.auditFile, async () => (await server.audit()).find(matches))
}

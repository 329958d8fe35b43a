import { watch } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { TestServer } from './server.js'

type AuditRecord = Record<string, unknown>

/** Waits for a record in the audit log that has all these fields; one that is there already will do. */
export function recorded(server: TestServer, fields: AuditRecord): Promise<AuditRecord> {
  const matches = (record: AuditRecord) =>
    Object.entries(fields).every(([name, value]) => isDeepStrictEqual(record[name], value))
  return new Promise((resolve, reject) => {
    const look = async () => {
      const found = (await server.audit()).find(matches)
      if (!found) return
      watcher.close()
      resolve(found)
    }
    const watcher = watch(server.auditFile, () => void look().catch(reject))
    void look().catch(reject)
  })
}

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AuditLog, type AuditOptions } from '../../src/audit/log.js'
import { verifyAuditLog } from '../../src/audit/verify.js'
import type { Log } from '../../src/core/ports.js'
import { tempDir } from './temp-dir.js'

/** An operational log that keeps what it is told. */
export function memoryLog(): Log & { readonly lines: string[] } {
  const lines: string[] = []
  const at = (level: string) => (_fields: object, message: string) => void lines.push(`${level}: ${message}`)
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** A folder with an audit log in it, and the ways in which tests look at it and tamper with it. */
export async function auditFolder(change: Partial<AuditOptions> = {}) {
  const dir = await tempDir()
  const file = join(dir.path, 'audit.jsonl')
  const log = memoryLog()
  const options: AuditOptions = {
    file,
    rotate: { size: 1 << 20, keep: 5 },
    onFailure: 'closed',
    log,
    ...change,
  }
  return {
    dir: dir.path,
    file,
    log,
    start: () => new AuditLog(options),
    verify: () => verifyAuditLog(file, { key: options.key }),
    names: async () => (await readdir(dir.path)).sort(),
    lines: async (name = 'audit.jsonl') =>
      (await readFile(join(dir.path, name), 'utf8')).split('\n').slice(0, -1),
    write: (lines: readonly string[], name = 'audit.jsonl') =>
      writeFile(join(dir.path, name), lines.map(line => `${line}\n`).join('')),
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  }
}

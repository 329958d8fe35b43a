import { resolve } from 'node:path'
import { tailAuditLog } from '../audit/tail.js'
import { type Verification, verifyAuditLog } from '../audit/verify.js'
import { loadConfig } from '../config/load.js'
import { shownPath } from '../config/problem.js'
import { exists } from './exists.js'
import { EXIT, UsageError } from './exit.js'
import { complain, print } from './print.js'

interface InFile {
  readonly config: string
}

/** Names the first line that is not as it was written; exits with 1 when there is one. */
export async function auditVerify(file: string | undefined, { config }: InFile): Promise<number> {
  const { path, key } = await find(file, config)
  const result = await verifyAuditLog(path, { key: key === null ? undefined : Buffer.from(key) })
  for (const { file: at, line } of result.torn)
    print(`${shownPath(at)}:${line}  incomplete line left by a crash; the chain accounts for it`)
  if (result.problems.length === 0) {
    print(`${shownPath(path)}: unbroken; ${summary(result)}`)
    return EXIT.fine
  }
  for (const { file: at, line, kind, message } of result.problems)
    complain(`${shownPath(at)}:${line}  ${kind}: ${message}`)
  complain(`${shownPath(path)}: NOT as it was written; ${summary(result)}`)
  return EXIT.failed
}

/** The last records, for people. */
export async function auditTail(
  file: string | undefined,
  { config, lines }: InFile & { readonly lines: number },
): Promise<number> {
  const { path } = await find(file, config)
  for (const line of tailAuditLog(path, lines)) print(line)
  return EXIT.fine
}

/** The log to read, and the key it was written with as far as the configuration tells. */
async function find(
  file: string | undefined,
  configFile: string,
): Promise<{ path: string; key: string | null }> {
  const standing = await exists(configFile)
  // A log that was copied elsewhere can be read where there is no configuration.
  const audit = file !== undefined && !standing ? undefined : (await loadConfig(configFile)).audit
  const path = file === undefined ? audit?.file : resolve(file)
  if (path === undefined || !(await exists(path))) throw new UsageError(`there is no audit log ${path ?? ''}`)
  return { path, key: audit?.key ?? null }
}

function summary({ records, files, firstSeq, lastSeq, tornTail, cleanStop }: Verification): string {
  const inFiles = files.length === 1 ? 'one file' : `${files.length} files`
  const span = records === 0 ? 'no records' : `${records} records (${firstSeq} to ${lastSeq}) in ${inFiles}`
  if (tornTail) return `${span}; the last line is incomplete: the server was killed while writing`
  return cleanStop ? `${span}; the server was stopped properly` : span
}

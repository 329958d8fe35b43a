import { LogReader } from './entries.js'
import type { Findings } from './report.js'
import { ChainWalk } from './walk.js'

export interface Verification extends Findings {
  /** The files walked, oldest first. */
  readonly files: readonly string[]
}

/**
 * Checks every record of a log against the one before it, from the oldest rotated file to the live one.
 *
 * @throws the error of the file system when a file cannot be read
 */
export async function verifyAuditLog(
  file: string,
  options: { readonly key?: Uint8Array | undefined } = {},
): Promise<Verification> {
  await using reader = await LogReader.open(file)
  const walk = new ChainWalk(options.key)
  for await (const [entry, next] of reader.entries(options.key)) walk.take(entry, next)
  return { files: reader.files, ...walk.finish() }
}

import { existsSync } from 'node:fs'
import { type Line, linesBackward } from './backward.js'
import { type ChainState, hashLine, MAX_TORN_LINES, START } from './chain.js'
import { rotatedFiles } from './names.js'
import { parseRecord } from './parse.js'

export interface ChainEnd {
  readonly state: ChainState
  /** Incomplete lines after the last whole one, oldest first: a crash cut them off. */
  readonly torn: readonly Buffer[]
}

/**
 * Finds where the chain of a log ends: the last whole record of the live file or, when that has none, of the
 * rotated file before it.
 *
 * @throws Error when the files are no audit log; the error of the file system
 */
export function findChainEnd(file: string, key: Uint8Array | undefined): ChainEnd {
  const torn: Buffer[] = []
  for (const { bytes } of newestFirst(file)) {
    const record = parseRecord(bytes)
    if (record !== undefined) return { state: { seq: record.seq, prev: hashLine(bytes, key) }, torn }
    torn.unshift(Buffer.from(bytes))
    if (torn.length > MAX_TORN_LINES) throw new Error(`${file} does not end like an audit log`)
  }
  return { state: START, torn }
}

function* newestFirst(file: string): Generator<Line, void, undefined> {
  if (existsSync(file)) yield* linesBackward(file)
  for (const rotated of rotatedFiles(file).reverse()) yield* linesBackward(rotated)
}

import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Digits of the largest safe integer, so that names sort as their numbers do. */
const DIGITS = 16

/** What the live file is called once it is full: its name and the number of its first record. */
export const rotatedName = (file: string, firstSeq: number): string =>
  `${file}.${String(firstSeq).padStart(DIGITS, '0')}`

/** The first record's number by the name of a rotated file; undefined for the live file. */
export const firstSeqByName = (file: string): number | undefined => {
  const digits = /\.(\d{16})$/.exec(file)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** The rotated files of a log, oldest first. */
export function rotatedFiles(file: string): string[] {
  const folder = dirname(file)
  const prefix = `${basename(file)}.`
  return readdirSync(folder)
    .filter(name => name.startsWith(prefix) && /^\d{16}$/.test(name.slice(prefix.length)))
    .sort()
    .map(name => join(folder, name))
}

import { type BigIntStats, lstatSync, type Stats as NumberStats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { Fault } from '../core/fault.js'
import type { Entry } from '../core/ports.js'
import { errnoOf } from './errno.js'
import type { Folder } from './folder.js'

/** Inode numbers may exceed 2^53, so the stats of this layer are BigInt. */
export type Stats = BigIntStats

/** Files and folders are all that clients ever see. */
export const isVisibleType = (stats: Stats | NumberStats): boolean => stats.isFile() || stats.isDirectory()

/** Of stats with numbers only while these are exact. */
export const toEntry = (name: string, stats: Stats | NumberStats): Entry => ({
  name,
  type: stats.isDirectory() ? 'dir' : 'file',
  size: stats.isDirectory() ? 0 : Number(stats.size),
  // A Date of the fraction that numbers have would be rounded, perhaps to the next second.
  modified: new Date(Math.floor(Number(stats.mtimeMs))),
  mode: Number(stats.mode) & 0o7777,
  unique: `${stats.dev.toString(16)}g${stats.ino.toString(16)}`,
})

const NUMBERS = { throwIfNoEntry: false } as const
const QUIETLY = { bigint: true, throwIfNoEntry: false } as const

/** Looks without following; undefined when nothing is there. Throws any other errno. */
export async function lookUp(folder: Folder, name: string): Promise<Stats | undefined> {
  const place = folder.at(name)
  const { direct } = folder
  if (direct) return direct.make(() => lstatSync(place, QUIETLY))
  try {
    return await lstat(place, { bigint: true })
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** The entry of a file or folder, where the main thread may look; in half the time of a look with BigInts. Throws the errno. */
export function entryHere(folder: Folder, name: string): Entry | undefined {
  const stats = lstatSync(folder.at(name), NUMBERS)
  const isExact = !stats || (Number.isSafeInteger(stats.ino) && Number.isSafeInteger(stats.dev))
  const exact = isExact ? stats : lstatSync(folder.at(name), QUIETLY)
  return exact && isVisibleType(exact) ? toEntry(name, exact) : undefined
}

/** @throws Fault `not_found` for links, devices, FIFOs and sockets as for nothing at all */
export async function lookUpVisible(folder: Folder, name: string): Promise<Stats> {
  const stats = await lookUp(folder, name)
  if (!stats || !isVisibleType(stats)) throw new Fault('not_found')
  return stats
}

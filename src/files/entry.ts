import type { BigIntStats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { Fault } from '../core/fault.js'
import type { Entry } from '../core/ports.js'
import { errnoOf } from './errno.js'
import type { Folder } from './folder.js'

/** Inode numbers may exceed 2^53, so all stats of this layer are BigInt. */
export type Stats = BigIntStats

/** Files and folders are all that clients ever see. */
export const isVisibleType = (stats: Stats): boolean => stats.isFile() || stats.isDirectory()

export const toEntry = (name: string, stats: Stats): Entry => ({
  name,
  type: stats.isDirectory() ? 'dir' : 'file',
  size: stats.isDirectory() ? 0 : Number(stats.size),
  modified: stats.mtime,
  mode: Number(stats.mode) & 0o7777,
  unique: `${stats.dev.toString(16)}g${stats.ino.toString(16)}`,
})

/** Looks without following; undefined when nothing is there. Throws any other errno. */
export async function lookUp(folder: Folder, name: string): Promise<Stats | undefined> {
  try {
    return await lstat(folder.at(name), { bigint: true })
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** @throws Fault `not_found` for links, devices, FIFOs and sockets as for nothing at all */
export async function lookUpVisible(folder: Folder, name: string): Promise<Stats> {
  const stats = await lookUp(folder, name)
  if (!stats || !isVisibleType(stats)) throw new Fault('not_found')
  return stats
}

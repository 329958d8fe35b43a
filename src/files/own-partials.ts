import type { Entry } from '../core/ports.js'
import { isVisibleType, lookUp, type Stats, toEntry } from './entry.js'
import type { Folder } from './folder.js'
import { finalNameOf, ownerPrefix, partialName, readablePrefix } from './partial-name.js'
import { hasPrefix } from './scan.js'

/**
 * Bytes of a partial that are not reported. A client that compares sizes must never take one for the finished file,
 * even when every byte had arrived and only the end was lost: it sends one byte again, and with it the end.
 */
const WITHHELD = 1

/** How long the partial is as its owner is told, and where APPE goes on. Bytes. */
export const resumableSize = (stats: Stats): number => Number(stats.size) - WITHHELD

/**
 * Whether a partial may still be continued. One with a second name does not count: a crash may have come between
 * giving it its final name and taking the first away, and then it is the finished file.
 *
 * @param keep milliseconds since its last byte
 */
export const isResumable = (stats: Stats, keep: number): boolean =>
  stats.isFile() &&
  stats.nlink <= 1n &&
  resumableSize(stats) > 0 &&
  keep > 0 &&
  Date.now() - Number(stats.mtimeMs) < keep

/** The unfinished uploads of one user, which nobody else sees. */
export class OwnPartials {
  readonly #owner: string
  /** Milliseconds since its last byte for which a partial counts. */
  readonly keep: number

  constructor(user: string, keep: number) {
    this.#owner = ownerPrefix(user)
    this.keep = keep
  }

  /** What the partial for a file of this name is called. */
  fileName(name: string): string {
    return partialName(this.#owner, name)
  }

  /** The file that an entry is the partial for; undefined when it is none of this user's, or has a hashed name. */
  finalName(entry: string): string | undefined {
    return finalNameOf(this.#owner, entry)
  }

  /** Undefined when there is none that could be continued. Throws the errno. */
  async find(folder: Folder, name: string): Promise<Stats | undefined> {
    if (this.keep === 0) return undefined
    const stats = await lookUp(folder, this.fileName(name))
    return stats && isResumable(stats, this.keep) ? stats : undefined
  }

  /** What the user sees under a name: the partial in place of a file or of nothing. Throws the errno. */
  async entry(folder: Folder, name: string): Promise<Entry | undefined> {
    const stored = await lookUp(folder, name)
    if (stored?.isDirectory()) return toEntry(name, stored)
    if (stored && !isVisibleType(stored)) return undefined
    const partial = await this.find(folder, name)
    if (partial) return { ...toEntry(name, partial), size: resumableSize(partial) }
    return stored && toEntry(name, stored)
  }

  /** Whether a listing has to look for them. Throws the errno. */
  async areIn(folder: Folder): Promise<boolean> {
    return this.keep > 0 && (await hasPrefix(folder, readablePrefix(this.#owner)))
  }
}

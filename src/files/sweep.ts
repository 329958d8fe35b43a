import { childOf, isAllowedName, ROOT, type VirtualPath } from '../core/virtual-path.js'
import { claim, isClaimed } from './claim.js'
import { lookUp } from './entry.js'
import { errnoOf } from './errno.js'
import type { Folder, Root } from './folder.js'
import type { Ledger } from './ledger.js'
import { isResumable } from './own-partials.js'
import { discardPartial } from './partial.js'
import { isPartialName, isReservedName } from './partial-name.js'
import { scan } from './scan.js'

/** Folders read at a time. */
const CONCURRENCY = 8

/**
 * Removes what unfinished uploads left beneath a root and nobody may resume any more: partials that are too old, and
 * what a crash left that never could be resumed. Uploads of this process are let be. What cannot be read or removed
 * is passed over; a signal that fires ends it early.
 *
 * @param keep milliseconds for which a partial may be resumed
 * @param ledger counts what is beneath the root
 * @returns how many were removed
 */
export async function sweep(root: Root, keep: number, ledger: Ledger, signal?: AbortSignal): Promise<number> {
  let removed = 0
  const pending: VirtualPath[] = [ROOT]
  while (pending.length > 0 && !signal?.aborted) {
    const found = await Promise.all(
      pending.splice(-CONCURRENCY).map(path => sweepFolder(root, path, keep, ledger, signal)),
    )
    for (const each of found) {
      removed += each.removed
      for (const inner of each.folders) pending.push(inner)
    }
  }
  return removed
}

async function sweepFolder(
  root: Root,
  path: VirtualPath,
  keep: number,
  ledger: Ledger,
  signal: AbortSignal | undefined,
) {
  const folders: VirtualPath[] = []
  let removed = 0
  try {
    await using folder = await root.folder(path)
    for await (const { name, dirent } of scan(folder)) {
      if (signal?.aborted) break
      if (dirent.isDirectory() && isAllowedName(name)) folders.push(childOf(path, name))
      else if (
        dirent.isFile() &&
        isReservedName(name) &&
        (await ledger.step(() => removeLeftover(folder, name, keep, ledger)))
      )
        removed++
    }
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
  }
  return { folders, removed }
}

/**
 * Removes a file of the server's own unless somebody may resume it or writes to it now; a step of the ledger.
 * @returns whether it was removed
 */
export async function removeLeftover(
  folder: Folder,
  name: string,
  keep: number,
  ledger: Ledger,
): Promise<boolean> {
  if (isClaimed(folder, name)) return false
  // held, so that no upload takes it up between the look and the removal
  using _name = claim(folder, name)
  const stats = await lookUp(folder, name)
  if (!stats?.isFile() || (isPartialName(name) && isResumable(stats, keep))) return false
  return await discardPartial(ledger, folder, name)
}

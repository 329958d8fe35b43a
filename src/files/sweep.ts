import { childOf, isAllowedName, ROOT, type VirtualPath } from '../core/virtual-path.js'
import { errnoOf } from './errno.js'
import type { Root } from './folder.js'
import { scan } from './listing.js'
import { isPartialName, removePartial } from './partial.js'

/** Folders read at a time. */
const CONCURRENCY = 8

/**
 * Removes the partials that a crash left beneath a root. It cannot tell them from those of a running upload:
 * it must be done before the first session begins. What cannot be read or removed is passed over.
 *
 * @returns how many were removed
 */
export async function sweep(root: Root): Promise<number> {
  let removed = 0
  const pending: VirtualPath[] = [ROOT]
  while (pending.length > 0) {
    const found = await Promise.all(pending.splice(-CONCURRENCY).map(path => sweepFolder(root, path)))
    for (const each of found) {
      removed += each.removed
      for (const inner of each.folders) pending.push(inner)
    }
  }
  return removed
}

async function sweepFolder(root: Root, path: VirtualPath) {
  const folders: VirtualPath[] = []
  let removed = 0
  try {
    await using folder = await root.folder(path)
    for await (const { name, dirent } of scan(folder)) {
      if (dirent.isDirectory() && isAllowedName(name)) folders.push(childOf(path, name))
      else if (dirent.isFile() && isPartialName(name) && (await removePartial(folder, name))) removed++
    }
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
  }
  return { folders, removed }
}

import { rmdir } from 'node:fs/promises'
import { Fault } from '../core/fault.js'
import { nameOf, parentOf, ROOT, type VirtualPath } from '../core/virtual-path.js'
import type { Owner } from './changes.js'
import { lookUpVisible } from './entry.js'
import { errnoOf } from './errno.js'
import type { Root } from './folder.js'
import type { Ledger } from './ledger.js'
import { isReservedName } from './partial-name.js'
import { requireRight } from './rights.js'
import { scan } from './scan.js'
import { removeLeftover } from './sweep.js'

/**
 * Removes an empty folder; one that holds only what nobody sees and nobody may resume is empty. A partial that may
 * be resumed is a file in it, for everyone: nobody may throw away another's upload.
 */
export async function removeDir(
  root: Root,
  { grants, partials, account }: Owner,
  path: VirtualPath,
): Promise<void> {
  requireRight(grants, 'removeDir', path)
  if (path === ROOT) throw new Fault('denied')
  await using parent = await root.folder(parentOf(path))
  const stats = await lookUpVisible(parent, nameOf(path))
  if (!stats.isDirectory()) throw new Fault('not_a_directory')
  try {
    await rmdir(parent.at(nameOf(path)))
  } catch (error) {
    if (errnoOf(error) !== 'ENOTEMPTY') throw error
    await removeLeftovers(root, path, partials.keep, account.ledger)
    await rmdir(parent.at(nameOf(path)))
  }
}

/** @throws Fault `not_empty` at the first thing that is none */
async function removeLeftovers(root: Root, path: VirtualPath, keep: number, ledger: Ledger): Promise<void> {
  await using folder = await root.folder(path)
  for await (const { name } of scan(folder))
    if (!isReservedName(name) || !(await removeLeftover(folder, name, keep, ledger)))
      throw new Fault('not_empty')
}

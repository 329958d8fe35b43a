import { constants } from 'node:fs'
import { lutimes, mkdir, open, rename as renameOnHost, rmdir, unlink } from 'node:fs/promises'
import { Fault } from '../core/fault.js'
import type { Grants } from '../core/permission.js'
import { isWithin, nameOf, parentOf, ROOT, type VirtualPath } from '../core/virtual-path.js'
import { claim } from './claim.js'
import { isVisibleType, lookUp, lookUpVisible } from './entry.js'
import type { Folder, Root } from './folder.js'
import { amountOf } from './ledger.js'
import type { OwnPartials } from './own-partials.js'
import { discardPartial } from './partial.js'
import type { Account } from './quota.js'
import { requireMove, requireRight } from './rights.js'

// Everything but uploads that changes the tree. Each checks the grants first and throws a Fault or the errno.
// A last component swapped between look and change is no escape: none of these calls follows a link there.

/** Whose tree it is, and what that allows. */
export interface Owner {
  readonly grants: Grants
  readonly partials: OwnPartials
  readonly account: Account
}

/** `mode` applies exactly, whatever the umask of the process. */
export async function makeDir(
  root: Root,
  { grants, partials }: Owner,
  path: VirtualPath,
  mode: number,
): Promise<void> {
  requireRight(grants, 'makeDir', path)
  if (path === ROOT) throw new Fault('exists')
  await using folder = await root.folder(parentOf(path))
  if (await partials.find(folder, nameOf(path))) throw new Fault('exists')
  await mkdir(folder.at(nameOf(path)), mode)
  try {
    await changeMode(folder, nameOf(path), mode)
  } catch (error) {
    // Whoever is told that it failed must not find it. One that somebody has used by now stays.
    await rmdir(folder.at(nameOf(path))).catch(() => {})
    throw error
  }
}

/**
 * Removes a file and the user's own partial for it, whichever of them there are. A partial alone is the user's own
 * doing: whoever may upload may take it back.
 */
export async function remove(
  root: Root,
  { grants, partials, account }: Owner,
  path: VirtualPath,
): Promise<void> {
  const rights = grants.at(path)
  if (!rights.has('create')) requireRight(grants, 'delete', path)
  if (path === ROOT) throw new Fault('not_a_file')
  await using folder = await root.folder(parentOf(path))
  const name = nameOf(path)
  // `busy` while the user's own upload writes to it
  using _partial = claim(folder, partials.fileName(name))
  const [stored, partial] = [await lookUp(folder, name), await partials.find(folder, name)]
  if (stored || !partial) requireRight(grants, 'delete', path)
  if (stored ? !isVisibleType(stored) : !partial) throw new Fault('not_found')
  if (stored?.isDirectory()) throw new Fault('not_a_file')
  if (stored) await unlink(folder.at(name))
  account.ledger.release(amountOf(stored))
  if (partial) await unlink(folder.at(partials.fileName(name)))
  account.ledger.release(amountOf(partial))
}

/** Replaces a file where `overwrite` allows it, never a folder. A name being uploaded to is `busy`. */
export async function rename(
  root: Root,
  { grants, partials, account }: Owner,
  from: VirtualPath,
  to: VirtualPath,
): Promise<void> {
  requireRight(grants, 'rename', from)
  requireRight(grants, 'rename', to)
  if (from === ROOT || to === ROOT) throw new Fault('denied')
  if (from !== to && isWithin(to, from)) throw new Fault('name_not_allowed')
  await using source = await root.folder(parentOf(from))
  await using target = await root.folder(parentOf(to))
  const moved = await lookUpVisible(source, nameOf(from))
  requireMove(grants, from, to, moved.isDirectory())
  using _name = claim(target, nameOf(to))
  const replaced = await lookUp(target, nameOf(to))
  // The same file under both names is no replacement: a change of case where case makes no difference.
  const isReplaced = replaced && (replaced.dev !== moved.dev || replaced.ino !== moved.ino)
  if (isReplaced) {
    requireRight(grants, 'overwrite', to)
    if (!replaced.isFile() || !moved.isFile()) throw new Fault('exists')
  }
  await renameOnHost(source.at(nameOf(from)), target.at(nameOf(to)))
  // what the user sees there from now on is what was moved there
  if (isReplaced) account.ledger.release(amountOf(replaced))
  if (from !== to) await discardPartial(account.ledger, target, partials.fileName(nameOf(to)))
}

export async function setModified(root: Root, grants: Grants, path: VirtualPath, time: Date): Promise<void> {
  requireRight(grants, 'setTime', path)
  await using folder = await root.folder(parentOf(path))
  const name = nameOf(path) || '.'
  const { atime } = await lookUpVisible(folder, name)
  await lutimes(folder.at(name), atime, time)
}

export async function setMode(root: Root, grants: Grants, path: VirtualPath, mode: number): Promise<void> {
  requireRight(grants, 'chmod', path)
  await using folder = await root.folder(parentOf(path))
  await changeMode(folder, nameOf(path) || '.', mode & 0o777)
}

/** Through a handle, because there is no chmod(2) that refuses to follow links. */
async function changeMode(folder: Folder, name: string, mode: number): Promise<void> {
  await using handle = await open(
    folder.at(name),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  )
  const stats = await handle.stat()
  if (!stats.isFile() && !stats.isDirectory()) throw new Fault('not_found')
  // a folder's set-group-id bit, by which its files share a group, was not asked about
  const kept = stats.isDirectory() ? stats.mode & 0o7000 : 0
  if ((stats.mode & 0o7777) !== (kept | mode)) await handle.chmod(kept | mode)
}

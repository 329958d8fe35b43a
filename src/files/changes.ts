import { constants } from 'node:fs'
import { lutimes, mkdir, open, rename as renameOnHost, rmdir, unlink } from 'node:fs/promises'
import { Fault } from '../core/fault.js'
import type { Grants } from '../core/permission.js'
import { isWithin, nameOf, parentOf, ROOT, type VirtualPath } from '../core/virtual-path.js'
import { claim } from './claim.js'
import { lookUp, lookUpVisible } from './entry.js'
import type { Folder, Root } from './folder.js'
import { requireMove, requireRight } from './rights.js'

// Everything but uploads that changes the tree. Each checks the grants first and throws a Fault or the errno.
// A last component swapped between look and change is no escape: none of these calls follows a link there.

/** `mode` applies exactly, whatever the umask of the process. */
export async function makeDir(root: Root, grants: Grants, path: VirtualPath, mode: number): Promise<void> {
  requireRight(grants, 'makeDir', path)
  if (path === ROOT) throw new Fault('exists')
  await using folder = await root.folder(parentOf(path))
  await mkdir(folder.at(nameOf(path)), mode)
  await changeMode(folder, nameOf(path), mode)
}

export async function removeDir(root: Root, grants: Grants, path: VirtualPath): Promise<void> {
  requireRight(grants, 'removeDir', path)
  if (path === ROOT) throw new Fault('denied')
  await using folder = await root.folder(parentOf(path))
  const stats = await lookUpVisible(folder, nameOf(path))
  if (!stats.isDirectory()) throw new Fault('not_a_directory')
  await rmdir(folder.at(nameOf(path)))
}

export async function remove(root: Root, grants: Grants, path: VirtualPath): Promise<void> {
  requireRight(grants, 'delete', path)
  if (path === ROOT) throw new Fault('not_a_file')
  await using folder = await root.folder(parentOf(path))
  const stats = await lookUpVisible(folder, nameOf(path))
  if (!stats.isFile()) throw new Fault('not_a_file')
  await unlink(folder.at(nameOf(path)))
}

/** Replaces a file where `overwrite` allows it, never a folder. A name being uploaded to is `busy`. */
export async function rename(root: Root, grants: Grants, from: VirtualPath, to: VirtualPath): Promise<void> {
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
  if (replaced && (replaced.dev !== moved.dev || replaced.ino !== moved.ino)) {
    requireRight(grants, 'overwrite', to)
    if (!replaced.isFile() || !moved.isFile()) throw new Fault('exists')
  }
  await renameOnHost(source.at(nameOf(from)), target.at(nameOf(to)))
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

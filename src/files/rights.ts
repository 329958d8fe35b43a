import { Fault } from '../core/fault.js'
import type { Grants, Right } from '../core/permission.js'
import { rebase, type VirtualPath } from '../core/virtual-path.js'

/** @throws Fault `denied` */
export function requireRight(grants: Grants, right: Right, path: VirtualPath): void {
  if (!grants.at(path).has(right)) throw new Fault('denied', { right })
}

/** Whether the user may know that this is there. Folders on the way to a granted one are known. */
export function isVisible(grants: Grants, path: VirtualPath, isFolder: boolean): boolean {
  const rights = grants.at(path)
  return rights.has('list') || rights.has('read') || (isFolder && grants.mayEnter(path))
}

/** What one may do to a thing that is there. */
const OVER_CONTENT: readonly Right[] = [
  'list',
  'read',
  'overwrite',
  'append',
  'delete',
  'removeDir',
  'setTime',
  'chmod',
]

/**
 * A move needs `rename` at both ends and must not give a right over what is moved that was not there before: a
 * file one may not read cannot be moved to where one may. For a folder that holds for every grant beneath
 * either end. Between two grants the destination must also let things be made.
 *
 * @throws Fault `denied`
 */
export function requireMove(grants: Grants, from: VirtualPath, to: VirtualPath, isFolder: boolean): void {
  requireSameOrLess(grants, from, to, isFolder)
  if (!isFolder) return
  for (const inner of grants.beneath(from)) requireSameOrLess(grants, inner, rebase(inner, from, to), true)
  for (const inner of grants.beneath(to)) requireSameOrLess(grants, rebase(inner, to, from), inner, true)
}

function requireSameOrLess(grants: Grants, from: VirtualPath, to: VirtualPath, isFolder: boolean): void {
  const before = grants.at(from)
  const after = grants.at(to)
  const allowed =
    before.has('rename') &&
    after.has('rename') &&
    (before === after ||
      (after.has('create') &&
        (!isFolder || after.has('makeDir')) &&
        OVER_CONTENT.every(right => before.has(right) || !after.has(right))))
  if (!allowed) throw new Fault('denied')
}

import { Fault } from '../core/fault.js'
import type { Grants, Right } from '../core/permission.js'
import type { Upload, UploadRequest } from '../core/ports.js'
import { childOf, isAllowedName, nameOf, parentOf, ROOT, type VirtualPath } from '../core/virtual-path.js'
import { claim, isClaimed } from './claim.js'
import { lookUp } from './entry.js'
import type { Folder, Root } from './folder.js'
import { FileUpload, type UploadOptions } from './upload.js'
import { requireUploadRight } from './upload-rights.js'

/** Names tried for STOU before giving up. */
const MAX_UNIQUE = 1000

/**
 * Checks all that can be checked before the data connection is up, and claims the name. Throws the errno.
 * @throws Fault `denied` `bad_range` `busy` `exists` `not_a_file` `not_found` `name_not_allowed`
 */
export async function prepareUpload(
  root: Root,
  grants: Grants,
  path: VirtualPath,
  request: UploadRequest,
  options: UploadOptions,
): Promise<Upload> {
  const rights = grants.at(path)
  if (!UPLOAD_RIGHTS.some(right => rights.has(right))) throw new Fault('denied')
  if (path === ROOT) throw new Fault('not_a_file')
  const folder = await root.folder(parentOf(path))
  try {
    const name = request.unique ? await freeName(folder, nameOf(path)) : nameOf(path)
    const target = childOf(parentOf(path), name)
    return await claimed(folder, target, grants.at(target), request, options)
  } catch (error) {
    await folder[Symbol.asyncDispose]()
    throw error
  }
}

async function claimed(
  folder: Folder,
  path: VirtualPath,
  rights: ReadonlySet<Right>,
  request: UploadRequest,
  options: UploadOptions,
): Promise<Upload> {
  const name = nameOf(path)
  const hold = claim(folder, name)
  try {
    const existing = await lookUp(folder, name)
    if (existing?.isDirectory()) throw new Fault('not_a_file')
    if (existing && request.unique) throw new Fault('exists')
    if (existing && !existing.isFile()) throw new Fault('not_found')
    requireUploadRight(rights, existing && Number(existing.size), request.from)
    return new FileUpload(
      { folder, hold, path, rights, from: request.from, unique: request.unique ?? false, existing },
      options,
    )
  } catch (error) {
    hold[Symbol.dispose]()
    throw error
  }
}

/** `name`, or the first of `name.1`, `name.2`, … that nothing has and no upload claims. */
async function freeName(folder: Folder, name: string): Promise<string> {
  for (let number = 0; number < MAX_UNIQUE; number++) {
    const candidate = number === 0 ? name : `${name}.${number}`
    if (!isAllowedName(candidate)) throw new Fault('name_not_allowed')
    const isFree = !isClaimed(folder, candidate) && !(await lookUp(folder, candidate))
    // asked again: another upload may have claimed it during the look
    if (isFree && !isClaimed(folder, candidate)) return candidate
  }
  throw new Fault('exists')
}

const UPLOAD_RIGHTS: readonly Right[] = ['create', 'overwrite', 'append']

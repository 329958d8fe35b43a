import { Fault } from '../core/fault.js'
import type { Grants, Right } from '../core/permission.js'
import type { Upload, UploadRequest } from '../core/ports.js'
import { childOf, isAllowedName, nameOf, parentOf, ROOT, type VirtualPath } from '../core/virtual-path.js'
import { claim, isClaimed } from './claim.js'
import { lookUp } from './entry.js'
import type { LentThreads } from './file-threads.js'
import type { Folder, Root } from './folder.js'
import { amountOf, minus } from './ledger.js'
import { type OwnPartials, resumableSize } from './own-partials.js'
import { temporaryName } from './partial-name.js'
import type { Account } from './quota.js'
import { SmallUpload } from './small-upload.js'
import { FileUpload } from './upload.js'
import type { UploadOptions, UploadPlan } from './upload-plan.js'
import { chooseStart } from './upload-start.js'

/** Names tried for STOU before giving up. */
const MAX_UNIQUE = 1000

/** Whose upload it is, and what that allows. */
export interface Uploader {
  readonly grants: Grants
  readonly partials: OwnPartials
  readonly options: UploadOptions
  readonly account: Account
  readonly threads: LentThreads
}

/**
 * Checks all that can be checked before the data connection is up, and claims the name. Throws the errno.
 * @throws Fault `denied` `bad_range` `busy` `exists` `not_a_file` `not_found` `name_not_allowed` `quota_exceeded`
 */
export async function prepareUpload(
  root: Root,
  uploader: Uploader,
  path: VirtualPath,
  request: UploadRequest,
): Promise<Upload> {
  const rights = uploader.grants.at(path)
  if (!UPLOAD_RIGHTS.some(right => rights.has(right))) throw new Fault('denied')
  if (path === ROOT) throw new Fault('not_a_file')
  const folder = await root.folder(parentOf(path))
  try {
    const { partials } = uploader
    const claimed = request.unique
      ? await claimFree(folder, partials, nameOf(path))
      : claimName(folder, partials, nameOf(path))
    return await uploadTo(folder, childOf(parentOf(path), claimed.name), claimed, uploader, request)
  } catch (error) {
    await folder[Symbol.asyncDispose]()
    throw error
  }
}

interface Claimed {
  readonly name: string
  readonly names: { readonly partial: string; readonly temporary: string }
  readonly hold: Disposable
}

/** @throws Fault `busy` */
function claimName(folder: Folder, partials: OwnPartials, name: string): Claimed {
  const names = { partial: partials.fileName(name), temporary: temporaryName() }
  return { name, names, hold: claim(folder, name, names.partial, names.temporary) }
}

/** Takes the claim over, also when it throws. */
async function uploadTo(
  folder: Folder,
  path: VirtualPath,
  { name, names, hold }: Claimed,
  { grants, partials, options, account, threads }: Uploader,
  { from, unique = false, converted = false }: UploadRequest,
): Promise<Upload> {
  try {
    const rights = grants.at(path)
    const existing = await lookUp(folder, name)
    if (existing?.isDirectory()) throw new Fault('not_a_file')
    if (existing && unique) throw new Fault('exists')
    if (existing && !existing.isFile()) throw new Fault('not_found')
    // one that starts anew replaces whatever partial there is
    const partial = from === 0 ? undefined : await partials.find(folder, name)
    // its size says nothing about lines that are converted on the way
    if (partial && converted) throw new Fault('bad_range')
    const start = chooseStart(
      rights,
      {
        stored: existing && Number(existing.size),
        partial: partial && { whole: Number(partial.size), reported: resumableSize(partial) },
      },
      from,
    )
    // only what its owner may also continue is kept for that
    const resumable = options.keepPartial > 0 && !converted && rights.has(existing ? 'overwrite' : 'create')
    const isLimited = (await account.state()) !== undefined
    const replaced = start.from === 'nothing' ? await lookUp(folder, names.partial) : undefined
    // known to be in vain: not even an empty file, or not one byte; what is replaced gives its room
    if (isLimited && !existing && start.from === 'nothing')
      account.requireFor(minus({ bytes: 1, files: 1 }, amountOf(replaced)))
    const plan: UploadPlan = { folder, hold, path, rights, start, existing, unique, resumable, names }
    const asFile = () =>
      new FileUpload(
        plan,
        options,
        account,
        threads.writing,
        options.checksum ? threads.digests.forUpload() : undefined,
      )
    // an earlier partial is replaced when this one begins, so that nobody goes on from it with what came now
    return start.from === 'nothing' && !replaced
      ? new SmallUpload(plan, options, account, threads.writing, asFile)
      : asFile()
  } catch (error) {
    hold[Symbol.dispose]()
    throw error
  }
}

/** Claims `name`, or the first of `name.1`, `name.2`, … that nothing has and no upload claims. */
async function claimFree(folder: Folder, partials: OwnPartials, name: string): Promise<Claimed> {
  for (let number = 0; number < MAX_UNIQUE; number++) {
    const candidate = number === 0 ? name : `${name}.${number}`
    if (!isAllowedName(candidate)) throw new Fault('name_not_allowed')
    const isFree =
      !isClaimed(folder, candidate) &&
      !(await lookUp(folder, candidate)) &&
      !(await partials.find(folder, candidate))
    // asked again: another upload may have claimed it during the look
    if (isFree && !isClaimed(folder, candidate)) return claimName(folder, partials, candidate)
  }
  throw new Fault('exists')
}

const UPLOAD_RIGHTS: readonly Right[] = ['create', 'overwrite', 'append']

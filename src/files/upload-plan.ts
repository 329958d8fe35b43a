import { Fault } from '../core/fault.js'
import type { Right } from '../core/permission.js'
import type { VirtualPath } from '../core/virtual-path.js'
import type { Stats } from './entry.js'
import { withFaults } from './errno.js'
import type { Folder } from './folder.js'
import type { Start } from './upload-start.js'

export interface UploadOptions {
  /** Permission bits that new files and folders do not get. */
  readonly umask: number
  /** `commit`: file and folder are synced before a commit resolves; `rename`: they are not. */
  readonly durability: 'commit' | 'rename'
  /** Whether a SHA-256 is computed on the way. */
  readonly checksum: boolean
  /** Most bytes of one file; undefined for no limit. */
  readonly maxSize: number | undefined
  /** Milliseconds for which an unfinished upload may be resumed; 0 for not at all. */
  readonly keepPartial: number
}

/** What was found and claimed before the upload began. The upload gives folder and hold back. */
export interface UploadPlan {
  readonly folder: Folder
  readonly hold: Disposable
  readonly path: VirtualPath
  readonly rights: ReadonlySet<Right>
  readonly start: Start
  readonly existing: Stats | undefined
  /** Whether the commit must not replace a file, whatever the rights. */
  readonly unique: boolean
  /** Whether what came before a cut may be continued. */
  readonly resumable: boolean
  /** What the user's partial for this path is called, and a name for what is not to be taken for it. */
  readonly names: { readonly partial: string; readonly temporary: string }
}

/** Fewer bytes than this are not worth keeping: of one byte nothing would be reported. */
export const LEAST_KEPT = 2

/** Permission bits of the finished file. */
export const modeOf = ({ existing }: UploadPlan, { umask }: UploadOptions): number =>
  existing ? Number(existing.mode) & 0o777 : 0o666 & ~umask

/** Whether the finished file may take the place of one that has the name then. */
export const mayReplace = ({ existing, rights, unique }: UploadPlan): boolean =>
  !unique && (existing !== undefined || rights.has('overwrite'))

/** Why it could not have the name, where it may not replace. */
export const nameTaken = ({ unique }: UploadPlan): Fault => new Fault(unique ? 'exists' : 'denied')

/** @throws Fault `too_large` when the file would have so many bytes */
export function requireSize(bytes: number, { maxSize = Number.POSITIVE_INFINITY }: UploadOptions): void {
  if (bytes > maxSize) throw new Fault('too_large')
}

/** Turns failed system calls into Faults. What was there when the upload began and is gone now is not the client's mistake. */
export async function underWay<T>(work: () => Promise<T>): Promise<T> {
  return await withFaults(work).catch(error => {
    const isGone = error instanceof Fault && error.kind === 'not_found'
    throw isGone ? new Fault('storage_error', { cause: error }) : error
  })
}

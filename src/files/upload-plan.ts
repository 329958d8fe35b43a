import type { Right } from '../core/permission.js'
import type { VirtualPath } from '../core/virtual-path.js'
import type { Stats } from './entry.js'
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

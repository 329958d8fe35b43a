import type { VirtualPath } from '../core/virtual-path.js'
import type { DirectCalls } from './direct-calls.js'

// What the rest of this layer knows of the way to a folder: `beneath` and `portable` each implement it.

/** A folder that was reached without following a link, lent until disposed. */
export interface Folder extends AsyncDisposable {
  /** Equal for the same folder, however it was reached; different for different ones. */
  readonly id: string
  /**
   * Host path of an entry, or of the folder itself for `.`. Good for system calls that finish before this is
   * disposed; never kept, and never passed to a call that follows a link in the last component.
   */
  at(name: string): string
  /** For looking at its entries on the main thread, where that may be done now; undefined where it may not. */
  readonly direct: DirectCalls | undefined
  /** Whether its files may be written past the page cache, as far as its file system tells. */
  takesPastCache(): boolean
  /**
   * Syncing what this gives makes the folder's entries survive a power failure. To be asked for before they are
   * changed: what is done must not fail afterwards for want of a file descriptor. Throws the errno.
   */
  openEntries(): Promise<Entries>
}

/** The entries of a folder, good until the folder is given back. */
export interface Entries extends AsyncDisposable {
  /** Throws the errno. */
  sync(): Promise<void>
}

/** One user's root. Disposing it closes what no folder on loan still needs. */
export interface Root extends AsyncDisposable {
  /** Walks down from the root. Throws the errno of the step that failed; a link anywhere is one of them. */
  folder(path: VirtualPath): Promise<Folder>
}

/** Opens the host folder `home`, which the operator may have put behind a link. Throws the errno. */
export type RootOpener = (home: string) => Promise<Root>

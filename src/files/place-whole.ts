import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
} from 'node:fs'
import { asSystemError, errnoOf, type SystemError } from './errno.js'
import { CREATE, NO_HARD_LINKS } from './partial.js'
import { writeFully } from './write-piece.js'

/** A file that is all there, to be written and given its name in one go. Places are host paths. */
export interface WholeFile {
  readonly bytes: Uint8Array
  /** Of the folder itself. */
  readonly folder: string
  /** What it is called until it is on the disk. */
  readonly partial: string
  readonly name: string
  /** Permission bits. */
  readonly mode: number
  /** Whether a file that has the name is replaced. */
  readonly replaces: boolean
  /** Whether file and folder are synced. */
  readonly durable: boolean
  /** Whether the SHA-256 is wanted. */
  readonly checksum: boolean
}

export type Placed =
  | { readonly kind: 'placed'; readonly sha256: string | undefined }
  /** Nothing was done: the partial's name is in use. */
  | { readonly kind: 'no_partial' }
  /** Nothing is left: the name is, and is not to be replaced. */
  | { readonly kind: 'name_taken' }
  /** `placed`: it has its name all the same, and only the sync of the folder failed. `left`: as a partial. */
  | { readonly kind: 'failed'; readonly error: SystemError; readonly placed: boolean; readonly left: boolean }

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY
const OWNER_READ_WRITE = 0o600

/** All in one go, and synchronous: for a thread that has nothing else to do. Leaves no partial behind. */
export function placeWhole(file: WholeFile): Placed {
  let entries: number | undefined
  let step: 'before' | 'written' | 'placed' = 'before'
  try {
    // opened first: what is done must not fail afterwards for want of a descriptor
    if (file.durable) entries = openSync(file.folder, DIRECTORY)
    const partial = openSync(file.partial, CREATE, file.mode | OWNER_READ_WRITE)
    step = 'written'
    fill(partial, file)
    if (!giveName(file)) return { kind: 'name_taken' }
    step = 'placed'
    if (entries !== undefined) fsyncSync(entries)
    return { kind: 'placed', sha256: file.checksum ? sha256(file.bytes) : undefined }
  } catch (error) {
    const failure = asSystemError(error)
    if (step === 'before' && failure.code === 'EEXIST') return { kind: 'no_partial' }
    const left = step === 'written' && !removed(file.partial)
    return { kind: 'failed', error: failure, placed: step === 'placed', left }
  } finally {
    if (entries !== undefined) closeSync(entries)
  }
}

/** Takes the descriptor over. Throws the errno, also of the close: network file systems report a full disk there. */
function fill(fd: number, { bytes, mode, durable }: WholeFile): void {
  let open = true
  try {
    writeFully(fd, bytes, 0)
    // the umask of the process may have taken some away, and the owner's were added so that it can be written
    if ((fstatSync(fd).mode & 0o777) !== mode) fchmodSync(fd, mode)
    if (durable) fdatasyncSync(fd)
    open = false
    closeSync(fd)
  } finally {
    if (open) closeSync(fd)
  }
}

/** Whether it was free, or might be replaced; if not, the partial is gone. Throws the errno. See `placeNew`. */
function giveName({ partial, name, replaces }: WholeFile): boolean {
  if (replaces) {
    renameSync(partial, name)
    return true
  }
  try {
    linkSync(partial, name)
  } catch (error) {
    const code = errnoOf(error)
    const isFree = NO_HARD_LINKS.has(code) && lstatSync(name, { throwIfNoEntry: false }) === undefined
    if (isFree) renameSync(partial, name)
    else if (code === 'EEXIST' || NO_HARD_LINKS.has(code)) removed(partial)
    else throw error
    return isFree
  }
  removed(partial)
  return true
}

/** Best effort: what cannot be removed now is left to the next sweep. */
function removed(place: string): boolean {
  try {
    unlinkSync(place)
    return true
  } catch {
    return false
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

import { constants, fstatSync } from 'node:fs'
import { type FileHandle, link, open, rename, unlink } from 'node:fs/promises'
import { Fault } from '../core/fault.js'
import { lookUp } from './entry.js'
import { errnoOf } from './errno.js'
import type { Folder } from './folder.js'
import { amountOf, type Ledger } from './ledger.js'

// The file an upload is written to until it is whole: beside its target, so that a rename puts it in place.

export const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

const CONTINUE = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Creates a partial with exactly these permission bits. Throws the errno and then leaves nothing behind. */
async function createPartial(folder: Folder, name: string, mode: number): Promise<FileHandle> {
  const handle = await open(folder.at(name), CREATE, mode)
  try {
    // The umask of the process, set by whoever started it, may have taken more away. Synchronous: of a file that was
    // just opened the kernel has this in memory.
    if ((fstatSync(handle.fd).mode & 0o777) !== mode) await handle.chmod(mode)
    return handle
  } catch (error) {
    await handle.close()
    await removePartial(folder, name)
    throw error
  }
}

/** Creates a partial in place of an earlier one, which gives its room back; a step of the ledger. Throws the errno. */
export async function createAnew(
  ledger: Ledger,
  folder: Folder,
  name: string,
  mode: number,
): Promise<FileHandle> {
  try {
    return await createPartial(folder, name, mode)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
    const earlier = await lookUp(folder, name)
    await unlink(folder.at(name))
    ledger.release(amountOf(earlier))
    return await createPartial(folder, name, mode)
  }
}

/**
 * Opens a partial to go on at an offset; what came after it is cut off. Throws the errno.
 * @throws Fault `bad_range` when it ends before, `not_found` when it is no plain file with one name only
 */
export async function continuePartial(folder: Folder, name: string, from: number): Promise<FileHandle> {
  const handle = await open(folder.at(name), CONTINUE)
  try {
    const stats = await handle.stat()
    if (!stats.isFile() || stats.nlink > 1) throw new Fault('not_found')
    if (stats.size < from) throw new Fault('bad_range')
    await handle.truncate(from)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Gives a partial another name, in place of whatever file has it. Throws the errno. */
export const renamePartial = (folder: Folder, from: string, to: string): Promise<void> =>
  rename(folder.at(from), folder.at(to))

/** Best effort: what cannot be removed now is left to the next sweep. Whether it was. */
export const removePartial = (folder: Folder, name: string): Promise<boolean> =>
  unlink(folder.at(name)).then(
    () => true,
    () => false,
  )

/** The same of one that the ledger has counted, if it is there; a step of the ledger. */
export async function discardPartial(ledger: Ledger, folder: Folder, name: string): Promise<boolean> {
  const stats = await lookUp(folder, name)
  if (!stats) return false
  const removed = await removePartial(folder, name)
  if (removed) ledger.release(amountOf(stats))
  return removed
}

/** Writes all of `chunks`, however few bytes each call takes. Throws the errno. */
export async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[], at: number): Promise<void> {
  let rest = chunks.filter(chunk => chunk.length > 0)
  for (let position = at; rest.length > 0; ) {
    const { bytesWritten } = await handle.writev(rest, position)
    position += bytesWritten
    rest = withoutFirst(rest, bytesWritten)
  }
}

function withoutFirst(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes
  return chunks.flatMap(chunk => {
    const skip = Math.min(left, chunk.length)
    left -= skip
    return skip === chunk.length ? [] : [chunk.subarray(skip)]
  })
}

/**
 * Puts the partial in place only if the name is still free: link(2) fails where rename(2) would replace. File
 * systems without hard links get a look before the rename. Throws the errno.
 *
 * @returns whether the name was free
 */
export async function placeNew(folder: Folder, partial: string, name: string): Promise<boolean> {
  try {
    await link(folder.at(partial), folder.at(name))
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'EEXIST') return false
    if (!NO_HARD_LINKS.has(code)) throw error
    if (await lookUp(folder, name)) return false
    await renamePartial(folder, partial, name)
    return true
  }
  await removePartial(folder, partial)
  return true
}

/** What link(2) says on file systems without hard links. */
export const NO_HARD_LINKS = new Set<string | undefined>([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
])

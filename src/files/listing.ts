import { isUtf8 } from 'node:buffer'
import type { Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'
import type { Grants } from '../core/permission.js'
import type { Entry } from '../core/ports.js'
import { childOf, isAllowedName, type VirtualPath } from '../core/virtual-path.js'
import { isVisibleType, lookUp, type Stats, toEntry } from './entry.js'
import type { Folder } from './folder.js'
import { isVisible } from './rights.js'

/** Entries held at a time, whatever the size of the folder. */
export const BATCH = 256

export interface Scanned {
  readonly name: string
  readonly dirent: Dirent
}

/** The names in a folder that are valid UTF-8; others cannot be named by a client. Throws the errno. */
export async function* scan(folder: Folder): AsyncGenerator<Scanned> {
  // As bytes: decoding would replace what is not UTF-8 and make up names of other files. The types lack 'buffer'.
  const encoding = 'buffer' as BufferEncoding
  for await (const dirent of await opendir(folder.at('.'), { encoding, bufferSize: BATCH })) {
    const bytes = Buffer.from(dirent.name)
    if (isUtf8(bytes)) yield { name: bytes.toString('utf8'), dirent }
  }
}

/** What the user may see of a folder, in batches of at most {@link BATCH}. Throws the errno. */
export async function* listing(
  folder: Folder,
  path: VirtualPath,
  grants: Grants,
): AsyncGenerator<readonly Entry[]> {
  let names: string[] = []
  for await (const { name } of scan(folder)) {
    if (!isAllowedName(name)) continue
    if (names.push(name) < BATCH) continue
    yield* entries(folder, path, grants, names)
    names = []
  }
  yield* entries(folder, path, grants, names)
}

async function* entries(
  folder: Folder,
  path: VirtualPath,
  grants: Grants,
  names: readonly string[],
): AsyncGenerator<readonly Entry[]> {
  // All are settled before any failure is thrown: none may still run when the folder is given back.
  const looked = await Promise.allSettled(names.map(name => lookUp(folder, name)))
  const batch: Entry[] = []
  for (const [index, name] of names.entries()) {
    const stats = settled(looked[index])
    if (!stats || !isVisibleType(stats)) continue
    if (isVisible(grants, childOf(path, name), stats.isDirectory())) batch.push(toEntry(name, stats))
  }
  if (batch.length > 0) yield batch
}

function settled(result: PromiseSettledResult<Stats | undefined> | undefined): Stats | undefined {
  if (result?.status === 'rejected') throw result.reason
  return result?.value
}

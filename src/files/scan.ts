import { isUtf8 } from 'node:buffer'
import type { Dir, Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import type { Folder } from './folder.js'

/** Entries looked at in one go, whatever the size of the folder. */
export const BATCH = 256

/** Entries that one way to another thread brings. */
const AT_ONCE = 1024

export interface Scanned {
  readonly name: string
  readonly dirent: Dirent
}

// As bytes: decoding would replace what is not UTF-8 and make up names of other files. The types lack 'buffer'.
const OPTIONS = { encoding: 'buffer' as BufferEncoding, bufferSize: BATCH }

/** What stands in a decoded name for bytes that are not UTF-8; it may also be a part of the name itself. */
const REPLACED = '\u{fffd}'

/** The names in a folder that are valid UTF-8; others cannot be named by a client. Throws the errno. */
export async function* scan(folder: Folder): AsyncGenerator<Scanned> {
  for await (const dirent of await opendir(folder.at('.'), OPTIONS)) {
    const bytes = Buffer.from(dirent.name)
    if (isUtf8(bytes)) yield { name: bytes.toString('utf8'), dirent }
  }
}

/** The same names alone, at most {@link BATCH} at a time, with a turn for others between. Throws the errno. */
export async function* scanNames(folder: Folder): AsyncGenerator<readonly string[]> {
  let doubtful = false
  for await (const entries of chunks(folder)) {
    // To check the bytes of each costs more than all the rest, and nearly never is one of them in doubt.
    const names = entries.map(({ name }) => name).filter(name => !name.includes(REPLACED))
    doubtful ||= names.length < entries.length
    for (let start = 0; start < names.length; start += BATCH) {
      yield names.slice(start, start + BATCH)
      await setImmediate()
    }
  }
  if (!doubtful) return
  for await (const { name } of scan(folder)) if (name.includes(REPLACED)) yield [name]
}

/** Whether any name in a folder begins so, in ASCII. Costs a tenth of listing it. Throws the errno. */
export async function hasPrefix(folder: Folder, prefix: string): Promise<boolean> {
  for await (const entries of chunks(folder))
    if (entries.some(({ name }) => name.startsWith(prefix))) return true
  return false
}

async function* chunks(folder: Folder): AsyncGenerator<readonly Dirent[]> {
  await using opened = await openDir(folder)
  for (;;) {
    const entries = await readSome(opened.dir, folder.direct !== undefined)
    if (entries.length > 0) yield entries
    if (entries.length < AT_ONCE) return
  }
}

async function openDir(folder: Folder): Promise<AsyncDisposable & { readonly dir: Dir }> {
  const dir = await opendir(folder.at('.'), { bufferSize: AT_ONCE })
  return { dir, [Symbol.asyncDispose]: () => dir.close() }
}

/** Fewer than {@link AT_ONCE} only at the end. */
async function readSome(dir: Dir, direct: boolean): Promise<Dirent[]> {
  const entries: Dirent[] = []
  while (entries.length < AT_ONCE) {
    // The first brings all of them from another thread. The others are only handed over then, but for one at the end.
    const entry = direct && entries.length > 0 ? dir.readSync() : await dir.read()
    if (entry === null) break
    entries.push(entry)
  }
  return entries
}

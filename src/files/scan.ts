import { isUtf8 } from 'node:buffer'
import type { Dir, Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import type { Folder } from './folder.js'

/** Entries held at a time, whatever the size of the folder. */
export const BATCH = 256

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
  for await (const entries of batches(folder)) {
    // Decoding each by itself costs more than all the rest, and nearly never is one of them in doubt.
    const names = entries.map(({ name }) => name)
    const clear = names.filter(name => !name.includes(REPLACED))
    doubtful ||= clear.length < names.length
    yield clear
  }
  if (!doubtful) return
  for await (const { name } of scan(folder)) if (name.includes(REPLACED)) yield [name]
}

/** Whether any name in a folder begins so, in ASCII. Costs a tenth of listing it. Throws the errno. */
export async function hasPrefix(folder: Folder, prefix: string): Promise<boolean> {
  for await (const entries of batches(folder))
    if (entries.some(({ name }) => name.startsWith(prefix))) return true
  return false
}

async function* batches(folder: Folder): AsyncGenerator<readonly Dirent[]> {
  await using opened = await openDir(folder)
  const { dir } = opened
  for (;;) {
    const entries = folder.direct?.make(() => readHere(dir)) ?? (await readElsewhere(dir))
    if (entries.length > 0) yield entries
    if (entries.length < BATCH) return
    await setImmediate()
  }
}

async function openDir(folder: Folder): Promise<AsyncDisposable & { readonly dir: Dir }> {
  const dir = await opendir(folder.at('.'), { bufferSize: BATCH })
  return { dir, [Symbol.asyncDispose]: () => dir.close() }
}

function readHere(dir: Dir): Dirent[] {
  const entries: Dirent[] = []
  while (entries.length < BATCH) {
    const entry = dir.readSync()
    if (entry === null) break
    entries.push(entry)
  }
  return entries
}

async function readElsewhere(dir: Dir): Promise<Dirent[]> {
  const entries: Dirent[] = []
  while (entries.length < BATCH) {
    const entry = await dir.read()
    if (entry === null) break
    entries.push(entry)
  }
  return entries
}

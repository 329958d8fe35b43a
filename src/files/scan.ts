import { isUtf8 } from 'node:buffer'
import type { Dirent } from 'node:fs'
import { opendir } from 'node:fs/promises'
import type { Folder } from './folder.js'

/** Entries held at a time, whatever the size of the folder. */
export const BATCH = 256

export interface Scanned {
  readonly name: string
  readonly dirent: Dirent
}

// As bytes: decoding would replace what is not UTF-8 and make up names of other files. The types lack 'buffer'.
const OPTIONS = { encoding: 'buffer' as BufferEncoding, bufferSize: BATCH }

/** The names in a folder that are valid UTF-8; others cannot be named by a client. Throws the errno. */
export async function* scan(folder: Folder): AsyncGenerator<Scanned> {
  for await (const dirent of await opendir(folder.at('.'), OPTIONS)) {
    const bytes = Buffer.from(dirent.name)
    if (isUtf8(bytes)) yield { name: bytes.toString('utf8'), dirent }
  }
}

/** Whether any name in a folder begins so. Costs a tenth of listing it. Throws the errno. */
export async function hasPrefix(folder: Folder, prefix: string): Promise<boolean> {
  const wanted = Buffer.from(prefix)
  for await (const { name } of await opendir(folder.at('.'), OPTIONS)) {
    const bytes = name as unknown as Buffer
    if (bytes[0] === wanted[0] && bytes.subarray(0, wanted.length).equals(wanted)) return true
  }
  return false
}

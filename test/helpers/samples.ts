import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'

/** Names that a client, a server or a listing may get wrong, and sizes around what is special. */
export const SAMPLES: Readonly<Record<string, number>> = {
  empty: 0,
  'one byte': 1,
  '64k.bin': 65_536,
  'large.bin': 5 * 1024 * 1024 + 3,
  '-a': 10,
  '-la folder': 11,
  'say "hello", it\'s me': 12,
  '"': 13,
  '[brackets] {braces} *?': 14,
  'percent%20 #hash &amp; ; | $HOME `x`': 15,
  'grüße 文件 日本語.txt': 16,
  // the same letter composed and as a letter with a combining accent: two files
  'caf\u00e9': 17,
  'cafe\u0301': 18,
  '  spaces at both ends  ': 19,
  '226 not a reply': 20,
}

/** When the files were last changed; whole seconds, as FTP counts. */
export const MODIFIED = new Date('2024-02-29T12:34:56Z')

/** Writes the samples, all with the same time. */
export async function writeSamples(folder: string, names = Object.keys(SAMPLES)): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of names) {
    await writeFile(join(folder, name), randomBytes(SAMPLES[name] ?? 100))
    await utimes(join(folder, name), MODIFIED, MODIFIED)
  }
}

/** A few levels of folders with a sample or two in each, and an empty one. */
export async function writeTree(folder: string): Promise<void> {
  await writeSamples(folder)
  for (const path of ['sub/deeper [1]/日本語', 'sub/"quoted"', 'many'])
    await writeSamples(join(folder, path), ['one byte', '-a', 'empty'])
  await writeSamples(
    join(folder, 'many'),
    Array.from({ length: 40 }, (_, index) => `file ${index}`),
  )
  await mkdir(join(folder, 'sub', 'empty folder'))
}

/** SHA-256 of every file beneath the folder, by path; folders end with a slash. */
export async function digests(folder: string): Promise<Record<string, string>> {
  const found: [path: string, digest: string][] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const shown = path.slice(folder.length + 1).replaceAll(sep, '/')
    if (entry.isDirectory()) found.push([`${shown}/`, ''])
    else
      found.push([
        shown,
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ])
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)))
}

import { open } from 'node:fs/promises'
import { resolve } from 'node:path'

// What `!file path` and `!env NAME` stand for.

/** Secrets and addresses are small; a larger file is the wrong one. */
const MAX_BYTES = 65_536

export const TAGS = ['!file', '!env'] as const

/** The content of a file without its line end, or of a variable. @throws Error with a reason for people */
export async function include(tag: string, name: string, folder: string): Promise<string> {
  if (tag === '!file') return contentOf(resolve(folder, name))
  const value = process.env[name]
  if (value === undefined) throw new Error('the environment variable is not set')
  return value
}

async function contentOf(path: string): Promise<string> {
  try {
    await using file = await open(path)
    const facts = await file.stat()
    if (!facts.isFile()) throw new Error('not a file')
    if (facts.size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES / 1024} KiB`)
    const text = await file.readFile('utf8')
    return text.replace(/\r?\n$/, '')
  } catch (error) {
    throw new Error(reasonOf(error))
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'may not be read',
  ENOTDIR: 'no such file',
}

const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException
  return REASONS[code ?? ''] ?? code ?? message
}

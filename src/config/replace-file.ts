import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Mode of a configuration that is new: it holds password hashes. */
const PRIVATE = 0o600

/**
 * Puts `text` in the place of the file in one step and on disk; its mode and owner are kept.
 * @throws Error of node:fs; the old file is then as it was
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const old = await stat(path).catch(() => undefined)
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`)
  try {
    await using file = await open(temporary, 'wx', PRIVATE)
    if (old) await takeOver(file, old)
    await file.writeFile(text)
    await file.sync()
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await using folder = await open(dirname(path))
  await folder.sync()
}

async function takeOver(file: FileHandle, { mode, uid, gid }: { mode: number; uid: number; gid: number }) {
  // Only root may give a file away; everyone else keeps what they can write.
  if (process.getuid?.() === 0) await file.chown(uid, gid)
  await file.chmod(mode & 0o777)
}

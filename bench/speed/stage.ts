import { chmod, chown, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeScene } from '../baseline/scene.js'
import type { Stage } from './server.js'
import { SERVED_AS } from './servers/found.js'

/** So many that no transfer waits for a port. */
const PASSIVE_PORTS = 1_000
const MIB = 1 << 20
export const SMALL = 4_096
export const ENTRIES = 100_000
/** Folders of the home, and the files in it. */
export const BIG = 'big'
export const SMALL_FILE = 'small'
export const INCOMING = 'in'
export const MANY = 'many'

export interface MadeStage extends Stage, AsyncDisposable {
  /** Empties what the clients upload to. */
  clear(): Promise<void>
}

/** A home with a large file of `mib` MiB, a small one, a folder to upload to and, for listings, one with many files. */
export async function makeStage(mib: number, entries: number): Promise<MadeStage> {
  const scene = await makeScene(PASSIVE_PORTS)
  const { folder, home, cert, key, passive } = scene
  // Servers that start as root serve the user as somebody else.
  await chmod(folder, 0o755)
  await mkdir(join(home, INCOMING))
  await mkdir(join(home, MANY))
  await writeFile(join(home, SMALL_FILE), Buffer.alloc(SMALL))
  await writeBig(join(home, BIG), mib)
  for (let i = 0; i < entries; i++) await writeFile(join(home, MANY, `report-${i}.csv`), '')
  // Not the home itself: vsftpd refuses to serve one that its user may write to.
  if (process.getuid?.() === 0) await chown(join(home, INCOMING), SERVED_AS.uid, SERVED_AS.gid)
  return {
    folder,
    home,
    cert,
    key,
    passive,
    async clear() {
      const incoming = join(home, INCOMING)
      for (const name of await readdir(incoming)) await rm(join(incoming, name), { force: true })
    },
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  }
}

async function writeBig(file: string, mib: number): Promise<void> {
  await using handle = await open(file, 'w')
  const block = Buffer.alloc(MIB)
  for (let i = 0; i < mib; i++) await handle.write(block)
}

import { readdirSync, readlinkSync } from 'node:fs'
import { mkdir, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../../../src/core/fault.js'
import type { Identity, Quota } from '../../../src/core/identity.js'
import { Grants, type Preset, RIGHTS, type Right } from '../../../src/core/permission.js'
import type { Entry, Files, UploadReceipt, UploadRequest } from '../../../src/core/ports.js'
import type { FaultKind } from '../../../src/core/reason.js'
import { sharedBuffer } from '../../../src/core/shared-memory.js'
import { parsePath, ROOT, type VirtualPath } from '../../../src/core/virtual-path.js'
import { openBeneath } from '../../../src/files/beneath.js'
import type { DigestPool } from '../../../src/files/digest-pool.js'
import { DirectCalls } from '../../../src/files/direct-calls.js'
import { FileThreads } from '../../../src/files/file-threads.js'
import type { RootOpener } from '../../../src/files/folder.js'
import type { Ledgers } from '../../../src/files/ledger.js'
import { ownerPrefix, partialName } from '../../../src/files/partial-name.js'
import { openPortable } from '../../../src/files/portable.js'
import { DiskStorage } from '../../../src/files/storage.js'
import type { UploadOptions } from '../../../src/files/upload-plan.js'
import { type TempDir, tempDir } from '../../helpers/temp-dir.js'

export type GrantTable = Record<string, Preset | readonly Right[]>

/** Direct where everything is on a file system of this type, whatever the folders of the tests are on. */
const callsWhere = (type: string) => new DirectCalls(() => `22 1 254:0 / / rw - ${type} source rw`)

/** Both ways of confinement; what does not depend on races must hold for either. */
export const ROOTS: readonly (readonly [string, RootOpener])[] = [
  ['beneath', home => openBeneath(home, callsWhere('ext4'))],
  ['beneath, by threads', home => openBeneath(home, callsWhere('nfs4'))],
  ['portable', openPortable],
]

export const OPTIONS: UploadOptions = {
  umask: 0o027,
  durability: 'commit',
  checksum: true,
  maxSize: undefined,
  keepPartial: 24 * 3_600_000,
}

/** Cost nothing until there is something to do, and idle ones do not keep the process alive. */
export const THREADS = new FileThreads({ maxSize: 2 ** 40, concurrency: 2, queue: 8 })

export const EVERYTHING: GrantTable = { '/': RIGHTS }

export const identityOf = (home: string, grants: GrantTable, name = 'acme'): Identity => ({
  name,
  home,
  grants: new Grants(Object.entries(grants)),
  mounts: [],
  compat: { dataSession: 'require', close: 'strict', ascii: 'convert', charset: 'utf-8' },
  maxSessions: undefined,
})

export const path = (text: string): VirtualPath => parsePath(text, ROOT)

export interface Setup {
  readonly opener?: RootOpener
  readonly grants?: GrantTable
  readonly options?: Partial<UploadOptions>
  readonly digests?: DigestPool
  readonly user?: string
  readonly quota?: Partial<Quota>
  readonly ledgers?: Ledgers
}

export const openFiles = (
  home: string,
  { opener, grants, options, digests, user, quota, ledgers }: Setup = {},
): Promise<Files> =>
  new DiskStorage(
    opener ?? openBeneath,
    { ...OPTIONS, ...options },
    { digests: digests ?? THREADS.digests, writing: THREADS.writing },
    ledgers,
  ).open({
    ...identityOf(home, grants ?? EVERYTHING, user),
    quota: quota && { bytes: quota.bytes, files: quota.files },
  })

export interface Scene extends AsyncDisposable {
  /** The host folder that is the user's root. */
  readonly home: string
  /** A host folder beside it that the user must never reach. */
  readonly outside: string
  readonly files: Files
}

/** A user at home in a temporary folder. */
export async function scene(setup: Setup = {}): Promise<Scene> {
  const dir: TempDir = await tempDir()
  const [home, outside] = [join(dir.path, 'home'), join(dir.path, 'outside')]
  await mkdir(home)
  await mkdir(outside)
  const files = await openFiles(home, setup)
  return {
    home,
    outside,
    files,
    [Symbol.asyncDispose]: async () => {
      await files[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

/** For `assert.rejects`. */
export const fault =
  (...kinds: FaultKind[]) =>
  (error: unknown): boolean => {
    if (error instanceof Fault && kinds.includes(error.kind)) return true
    throw new Error(`not a Fault ${kinds.join(' or ')}`, { cause: error })
  }

export async function put(
  files: Files,
  at: string,
  content: string | Uint8Array,
  request: UploadRequest = { from: 0 },
): Promise<UploadReceipt> {
  await using upload = await files.prepareUpload(path(at), request)
  await upload.open()
  await upload.write([Buffer.from(content)])
  return await upload.commit()
}

/** An upload that is cut off after the content. */
export async function abandon(
  files: Files,
  at: string,
  content: string | Uint8Array,
  request: UploadRequest = { from: 0 },
): Promise<{ readonly bytes: number; readonly kept: boolean }> {
  const upload = await files.prepareUpload(path(at), request)
  try {
    await upload.open()
    await upload.write([Buffer.from(content)])
  } finally {
    await upload[Symbol.asyncDispose]()
  }
  return { bytes: upload.bytes, kept: upload.kept }
}

export async function get(files: Files, at: string, from = 0): Promise<Buffer> {
  await using file = await files.openRead(path(at), from)
  const parts: Buffer[] = []
  for await (const chunk of file.bytes) parts.push(Buffer.from(chunk))
  return Buffer.concat(parts)
}

export async function ls(files: Files, at: string): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const batch of files.list(path(at))) entries.push(...batch)
  return entries
}

export const names = async (files: Files, at: string): Promise<string[]> =>
  (await ls(files, at)).map(entry => entry.name).sort()

/** The file that this user's upload of a name is written to. */
export const partialOf = (name: string, user = 'acme'): string => partialName(ownerPrefix(user), name)

export const sizeOf = async (files: Files, at: string): Promise<number> => (await files.entry(path(at))).size

/** Makes a file look as old as this many milliseconds. */
export async function age(file: string, milliseconds: number): Promise<void> {
  const time = new Date(Date.now() - milliseconds)
  await utimes(file, time, time)
}

/** Descriptors of this process that lead to something beneath `folder`, the deleted included. */
export const openBelow = (folder: string): string[] =>
  readdirSync('/proc/self/fd').filter(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
    } catch {
      return false // the one that listed the folder
    }
  })

/** How many they are. */
export const descriptorsBeneath = (folder: string): number => openBelow(folder).length

/** The content in memory that all threads see, and that a disk can read by itself. */
export function shared(content: Uint8Array): Buffer {
  const buffer = sharedBuffer(content.length)
  buffer.set(content)
  return buffer
}

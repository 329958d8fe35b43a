import { type BigIntStats, constants, statSync } from 'node:fs'
import { type FileHandle, open, readlink, stat } from 'node:fs/promises'
import { Fault } from '../core/fault.js'
import { componentsOf, ROOT, type VirtualPath } from '../core/virtual-path.js'
import { type DirectCalls, directCalls } from './direct-calls.js'
import type { Folder, Root } from './folder.js'
import { OpenFolder } from './open-folder.js'

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY
const STEP = DIRECTORY | constants.O_NOFOLLOW

/** Folders kept open per session: enough for a client that moves between a few. */
const MAX_CACHED = 8

/**
 * Confinement by directory handle. Every access starts from an open handle and names one component in it, so
 * whatever is swapped between a check and its use, the access stays beneath the root.
 *
 * A cached handle is trusted again only when two things hold. The path leads to the same device and inode: it
 * was not removed, replaced or mounted over. And the kernel's own name for the handle is still the root's name
 * plus the path: the first test follows links, so alone it would accept a folder that was moved out of the root
 * and linked back to its old place.
 */
class BeneathRoot implements Root {
  readonly #home: string
  readonly #calls: DirectCalls
  #root: OpenFolder
  /** Least recently used first. */
  readonly #cache = new Map<VirtualPath, OpenFolder>()
  #disposed = false

  constructor(home: string, calls: DirectCalls, root: OpenFolder) {
    this.#home = home
    this.#calls = calls
    this.#root = root
  }

  async folder(path: VirtualPath): Promise<Folder> {
    const root = await this.#leaseRoot()
    return path === ROOT ? root : await this.#beneath(root, path)
  }

  /** Gives the root back. */
  async #beneath(root: Folder, path: VirtualPath): Promise<Folder> {
    await using _held = root
    const cached = this.#cache.get(path)
    if (cached) {
      const lease = cached.lease()
      if (await this.#isStillAt(cached, path)) {
        this.#touch(path, cached)
        return lease
      }
      await lease[Symbol.asyncDispose]()
      await this.#forget(path, cached)
    }
    return this.#remember(path, await this.#walk(path))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    const open = [this.#root, ...this.#cache.values()]
    this.#cache.clear()
    await Promise.all(open.map(folder => folder.release()))
  }

  /** A root that was deleted is looked for under its name again: it may have been made anew. */
  async #leaseRoot(): Promise<Folder> {
    const known = this.#root
    const lease = known.lease()
    if (!(await known.isDeleted())) return lease
    await lease[Symbol.asyncDispose]()
    const fresh = await reopen(this.#home, this.#calls)
    if (this.#disposed || this.#root !== known) {
      await fresh.release()
      return this.#root.lease()
    }
    this.#root = fresh
    await known.release()
    return fresh.lease()
  }

  async #isStillAt(folder: OpenFolder, path: VirtualPath): Promise<boolean> {
    try {
      const place = `${this.#root.path}${path}`
      const direct = this.#root.direct && folder.direct
      // The name first: then no link is on the way, which might lead to another machine.
      if (direct)
        return (
          this.#isNamed(folder, path) &&
          isSame(
            folder,
            direct.make(() => statSync(place, BIG)),
          )
        )
      return isSame(folder, await stat(place, BIG)) && this.#isNamed(folder, path)
    } catch {
      return false // not there, or a path too long for one call: walking again finds out
    }
  }

  #isNamed(folder: OpenFolder, path: VirtualPath): boolean {
    const root = this.#root.place
    return folder.place.equals(Buffer.concat([root.equals(SLASH) ? EMPTY : root, Buffer.from(path)]))
  }

  async #walk(path: VirtualPath): Promise<OpenFolder> {
    let above = this.#root.path
    let current: FileHandle | undefined
    for (const name of componentsOf(path)) {
      const parent = current
      try {
        current = await open(`${above}/${name}`, STEP)
      } finally {
        await parent?.close()
      }
      above = `/proc/self/fd/${current.fd}`
    }
    if (!current) throw new Error('the root is not walked to')
    return await OpenFolder.adopt(current, this.#calls)
  }

  #touch(path: VirtualPath, folder: OpenFolder): void {
    if (this.#cache.get(path) !== folder) return
    this.#cache.delete(path)
    this.#cache.set(path, folder)
  }

  async #forget(path: VirtualPath, folder: OpenFolder): Promise<void> {
    if (this.#cache.get(path) !== folder) return
    this.#cache.delete(path)
    await folder.release()
  }

  async #remember(path: VirtualPath, folder: OpenFolder): Promise<Folder> {
    const lease = folder.lease()
    const replaced = this.#cache.get(path)
    if (replaced) await this.#forget(path, replaced)
    // Another walk of the same path, or the end of the session, may have come first.
    if (this.#disposed || this.#cache.has(path)) await folder.release()
    else this.#cache.set(path, folder)
    const [oldest] = this.#cache
    if (oldest && this.#cache.size > MAX_CACHED) await this.#forget(...oldest)
    return lease
  }
}

const BIG = { bigint: true } as const

const isSame = (folder: OpenFolder, { dev, ino }: BigIntStats): boolean =>
  dev === folder.dev && ino === folder.ino

const SLASH = Buffer.from('/')
const EMPTY = Buffer.alloc(0)

const openHome = async (home: string, calls: DirectCalls): Promise<OpenFolder> =>
  await OpenFolder.adopt(await open(home, DIRECTORY), calls)

/** @throws Fault `storage_error`: that the home is gone does not mean that what the client names was never there */
async function reopen(home: string, calls: DirectCalls): Promise<OpenFolder> {
  try {
    return await openHome(home, calls)
  } catch (cause) {
    throw new Fault('storage_error', { cause })
  }
}

/** A root confined by directory handles. Needs a mounted /proc; see {@link procWorks}. Throws the errno. */
export async function openBeneath(home: string, calls = directCalls): Promise<Root> {
  return new BeneathRoot(home, calls, await openHome(home, calls))
}

/** Whether /proc/self/fd leads to open folders and tells where they are. */
export async function procWorks(): Promise<boolean> {
  try {
    await using handle = await open('/', DIRECTORY)
    const [direct, through, name] = await Promise.all([
      handle.stat({ bigint: true }),
      stat(`/proc/self/fd/${handle.fd}/.`, { bigint: true }),
      readlink(`/proc/self/fd/${handle.fd}`),
    ])
    return direct.dev === through.dev && direct.ino === through.ino && name === '/'
  } catch {
    return false
  }
}

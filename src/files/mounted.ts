import type { Digest, DigestRequest } from '../core/digest.js'
import { Fault } from '../core/fault.js'
import type { Mount } from '../core/identity.js'
import type { Right } from '../core/permission.js'
import type { Entry, Files, QuotaState, ReadableFile, Upload, UploadRequest } from '../core/ports.js'
import { nameOf, ROOT, rebase, type VirtualPath } from '../core/virtual-path.js'
import { MountPoints } from './mount-points.js'

/** A path and the tree that answers for it. */
interface Place {
  readonly mount: Mount | undefined
  readonly files: Files
  /** The path as that tree knows it. */
  readonly inner: VirtualPath
}

/**
 * A home with folders from elsewhere in it. Each mount is a tree of its own, with its own root and grants: what is in
 * a mount is reached through that tree only, and nothing is moved between two of them. A source is opened when it is
 * first needed and tried again when that failed, so that one that is gone hurts nothing else and comes back by itself.
 */
export class MountedFiles implements Files {
  readonly #home: Files
  readonly #points: MountPoints
  readonly #open: (mount: Mount) => Promise<Files>
  readonly #opened = new Map<Mount, Promise<Files>>()

  constructor(home: Files, mounts: readonly Mount[], open: (mount: Mount) => Promise<Files>) {
    this.#home = home
    this.#points = new MountPoints(mounts)
    this.#open = open
  }

  async openRead(path: VirtualPath, from: number): Promise<ReadableFile> {
    const { files, inner } = await this.#place(path)
    return await files.openRead(inner, from)
  }

  async prepareUpload(path: VirtualPath, request: UploadRequest): Promise<Upload> {
    const { mount, files, inner } = await this.#place(path)
    const upload = await files.prepareUpload(inner, request)
    return mount ? renamed(upload, rebase(upload.path, ROOT, mount.at)) : upload
  }

  checkRoom(bytes: number): Promise<void> {
    return this.#home.checkRoom(bytes)
  }

  async quota(path: VirtualPath): Promise<QuotaState | undefined> {
    const { files, inner } = await this.#place(path)
    return await files.quota(inner)
  }

  entry(path: VirtualPath): Promise<Entry> {
    return this.#entry(path, ({ files, inner }) => files.entry(inner))
  }

  storedEntry(path: VirtualPath): Promise<Entry> {
    return this.#entry(path, ({ files, inner }) => files.storedEntry(inner))
  }

  async #entry(path: VirtualPath, look: (place: Place) => Promise<Entry>): Promise<Entry> {
    try {
      return { ...(await look(await this.#place(path))), name: nameOf(path) }
    } catch (error) {
      if (isMissing(error) && this.#points.beneath(path)) return onTheWay(path)
      throw error
    }
  }

  async *list(path: VirtualPath): AsyncGenerator<readonly Entry[]> {
    const points = this.#points.in(path)
    const shown = await Promise.all(points.map(point => this.#entryOrNothing(point)))
    const hidden = new Set(points.map(nameOf))
    try {
      const { files, inner } = await this.#place(path)
      for await (const batch of files.list(inner)) yield batch.filter(entry => !hidden.has(entry.name))
    } catch (error) {
      // The folder may be there only because something is mounted beneath it.
      if (!isMissing(error) || points.length === 0) throw error
    }
    const entries = shown.filter(entry => entry !== undefined)
    if (entries.length > 0) yield entries
  }

  async digest(path: VirtualPath, request: DigestRequest, signal: AbortSignal): Promise<Digest> {
    const { files, inner } = await this.#place(path)
    return await files.digest(inner, request, signal)
  }

  makeDir(path: VirtualPath): Promise<void> {
    return this.#change(path, ({ files, inner }) => files.makeDir(inner))
  }

  removeDir(path: VirtualPath): Promise<void> {
    return this.#change(path, ({ files, inner }) => files.removeDir(inner))
  }

  remove(path: VirtualPath): Promise<void> {
    return this.#change(path, ({ files, inner }) => files.remove(inner))
  }

  async rename(from: VirtualPath, to: VirtualPath): Promise<void> {
    await this.#change(from, async source => {
      await this.#change(to, async target => {
        // Refused, not copied: a copy could fail half way and would take time without a word.
        if (source.mount !== target.mount) throw new Fault('other_filesystem')
        await source.files.rename(source.inner, target.inner)
      })
    })
  }

  setModified(path: VirtualPath, time: Date): Promise<void> {
    return this.#change(path, ({ files, inner }) => files.setModified(inner, time))
  }

  setMode(path: VirtualPath, mode: number): Promise<void> {
    return this.#change(path, ({ files, inner }) => files.setMode(inner, mode))
  }

  rights(path: VirtualPath): ReadonlySet<Right> {
    const mount = this.#points.over(path)
    return mount ? mount.grants.at(rebase(path, mount.at, ROOT)) : this.#home.rights(path)
  }

  mayEnter(path: VirtualPath): boolean {
    const mount = this.#points.over(path)
    const within = mount ? mount.grants.mayEnter(rebase(path, mount.at, ROOT)) : this.#home.mayEnter(path)
    return within || this.#points.beneath(path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#home[Symbol.asyncDispose]()
    for (const opening of this.#opened.values())
      await opening.then(
        files => files[Symbol.asyncDispose](),
        () => {},
      )
  }

  /** A mount point, and the folders that lead to one, are the operator's: no client makes, moves or removes them. */
  async #change(path: VirtualPath, change: (place: Place) => Promise<void>): Promise<void> {
    if (this.#points.beneath(path) || this.#points.over(path)?.at === path) throw new Fault('denied')
    await change(await this.#place(path))
  }

  async #place(path: VirtualPath): Promise<Place> {
    const mount = this.#points.over(path)
    if (!mount) return { mount, files: this.#home, inner: path }
    return { mount, files: await this.#filesOf(mount), inner: rebase(path, mount.at, ROOT) }
  }

  #filesOf(mount: Mount): Promise<Files> {
    const known = this.#opened.get(mount)
    if (known) return known
    const opening = this.#open(mount)
    this.#opened.set(mount, opening)
    opening.catch(() => this.#opened.delete(mount))
    return opening
  }

  /** Undefined for a mount whose source is gone, or in which nothing is granted. */
  async #entryOrNothing(path: VirtualPath): Promise<Entry | undefined> {
    try {
      return await this.entry(path)
    } catch (error) {
      if (error instanceof Fault) return undefined
      throw error
    }
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Fault && (error.kind === 'not_found' || error.kind === 'denied')

/** A folder that is on no disk, only on the way to a mount. */
const onTheWay = (path: VirtualPath): Entry => ({
  name: nameOf(path),
  type: 'dir',
  size: 0,
  modified: new Date(0),
  mode: 0o555,
  unique: `mount-${Buffer.from(path).toString('hex')}`,
})

const renamed = (upload: Upload, path: VirtualPath): Upload => ({
  path,
  get bytes() {
    return upload.bytes
  },
  get kept() {
    return upload.kept
  },
  hostPath: () => upload.hostPath(),
  open: () => upload.open(),
  write: chunks => upload.write(chunks),
  commit: () => upload.commit(),
  [Symbol.asyncDispose]: () => upload[Symbol.asyncDispose](),
})

import type { Digest, DigestRequest } from '../core/digest.js'
import { Fault } from '../core/fault.js'
import type { Right } from '../core/permission.js'
import type { Entry, Files, QuotaState, ReadableFile, Upload, UploadRequest } from '../core/ports.js'
import { nameOf, parentOf, ROOT, type VirtualPath } from '../core/virtual-path.js'
import * as changes from './changes.js'
import { lookUp, lookUpVisible, toEntry } from './entry.js'
import { errnoOf, fromErrno, withFaults } from './errno.js'
import type { Folder, Root } from './folder.js'
import { listing } from './listing.js'
import { prepareUpload, type Uploader } from './prepare-upload.js'
import { FileReader, openUpTo } from './reader.js'
import { removeDir } from './remove-dir.js'
import { isVisible, requireRight } from './rights.js'
import { openSmall } from './small-file.js'

/** The tree of one logged-in user: the grants before every access, a Fault after every failure. Owns the root. */
export class Tree implements Files {
  readonly #root: Root
  readonly #owner: Uploader

  constructor(root: Root, owner: Uploader) {
    this.#root = root
    this.#owner = owner
  }

  openRead(path: VirtualPath, from: number): Promise<ReadableFile> {
    return withFaults(() =>
      this.#toRead(path, async (folder, name) => {
        return openSmall(folder, name, from) ?? new FileReader(await openUpTo(folder, name, from), from)
      }),
    )
  }

  digest(path: VirtualPath, request: DigestRequest, signal: AbortSignal): Promise<Digest> {
    return withFaults(async () => {
      const upTo = request.to ?? request.from
      const file = await this.#toRead(path, (folder, name) => openUpTo(folder, name, upTo))
      const to = request.to ?? file.size
      return { hex: await this.#owner.threads.digests.digest(file, { ...request, to }, signal), to }
    })
  }

  prepareUpload(path: VirtualPath, request: UploadRequest): Promise<Upload> {
    return withFaults(() => prepareUpload(this.#root, this.#owner, path, request))
  }

  async checkRoom(bytes: number): Promise<void> {
    const { maxSize } = this.#owner.options
    if (maxSize !== undefined && bytes > maxSize) throw new Fault('too_large')
    await withFaults(() => this.#owner.account.check({ bytes, files: 0 }))
  }

  quota(): Promise<QuotaState | undefined> {
    return withFaults(() => this.#owner.account.state())
  }

  entry(path: VirtualPath): Promise<Entry> {
    return this.#entry(path, (folder, name) => this.#owner.partials.entry(folder, name))
  }

  storedEntry(path: VirtualPath): Promise<Entry> {
    return this.#entry(path, async (folder, name) => toEntry(name, await lookUpVisible(folder, name)))
  }

  async *list(path: VirtualPath): AsyncGenerator<readonly Entry[]> {
    try {
      requireRight(this.#owner.grants, 'list', path)
      await using folder = await this.#folderToList(path)
      yield* listing(folder, path, this.#owner.grants, this.#owner.partials)
    } catch (error) {
      throw fromErrno(error)
    }
  }

  makeDir(path: VirtualPath): Promise<void> {
    return withFaults(() =>
      changes.makeDir(this.#root, this.#owner, path, 0o777 & ~this.#owner.options.umask),
    )
  }

  removeDir(path: VirtualPath): Promise<void> {
    return this.#change(() => removeDir(this.#root, this.#owner, path))
  }

  remove(path: VirtualPath): Promise<void> {
    return this.#change(() => changes.remove(this.#root, this.#owner, path))
  }

  rename(from: VirtualPath, to: VirtualPath): Promise<void> {
    return this.#change(() => changes.rename(this.#root, this.#owner, from, to))
  }

  setModified(path: VirtualPath, time: Date): Promise<void> {
    return withFaults(() => changes.setModified(this.#root, this.#owner.grants, path, time))
  }

  setMode(path: VirtualPath, mode: number): Promise<void> {
    return withFaults(() => changes.setMode(this.#root, this.#owner.grants, path, mode))
  }

  rights(path: VirtualPath): ReadonlySet<Right> {
    return this.#owner.grants.at(path)
  }

  mayEnter(path: VirtualPath): boolean {
    return this.#owner.grants.mayEnter(path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#root[Symbol.asyncDispose]()
  }

  /** A change of what the quota counts. */
  #change(work: () => Promise<void>): Promise<void> {
    return withFaults(() => this.#owner.account.ledger.step(work))
  }

  async #toRead<T>(path: VirtualPath, open: (folder: Folder, name: string) => Promise<T>): Promise<T> {
    requireRight(this.#owner.grants, 'read', path)
    await using folder = await this.#root.folder(parentOf(path))
    return await open(folder, nameOf(path) || '.')
  }

  #entry(
    path: VirtualPath,
    look: (folder: Folder, name: string) => Promise<Entry | undefined>,
  ): Promise<Entry> {
    return withFaults(async () => {
      const { grants } = this.#owner
      if (!isVisible(grants, path, true)) throw new Fault('denied')
      await using folder = await this.#root.folder(parentOf(path))
      const entry = await look(folder, nameOf(path) || '.')
      if (!entry) throw new Fault('not_found')
      if (!isVisible(grants, path, entry.type === 'dir')) throw new Fault('denied')
      return { ...entry, name: nameOf(path) }
    })
  }

  /** @throws Fault `not_a_directory` for a file, which a client may well ask for; a link stays `not_found` */
  async #folderToList(path: VirtualPath): Promise<Folder> {
    try {
      return await this.#root.folder(path)
    } catch (error) {
      if (errnoOf(error) !== 'ENOTDIR' || path === ROOT) throw error
      await using parent = await this.#root.folder(parentOf(path))
      if ((await lookUp(parent, nameOf(path)))?.isFile()) throw new Fault('not_a_directory', { cause: error })
      throw error
    }
  }
}

import type { Digest, DigestRequest } from '../core/digest.js'
import { Fault } from '../core/fault.js'
import type { Grants, Right } from '../core/permission.js'
import type { Entry, Files, ReadableFile, Upload, UploadRequest } from '../core/ports.js'
import { nameOf, parentOf, ROOT, type VirtualPath } from '../core/virtual-path.js'
import * as changes from './changes.js'
import type { DigestPool } from './digest-pool.js'
import { lookUp, lookUpVisible, toEntry } from './entry.js'
import { errnoOf, fromErrno, withFaults } from './errno.js'
import type { Folder, Root } from './folder.js'
import { listing } from './listing.js'
import { prepareUpload } from './prepare-upload.js'
import { FileReader, type OpenFile, openRegular } from './reader.js'
import { isVisible, requireRight } from './rights.js'
import type { UploadOptions } from './upload.js'

/** The tree of one logged-in user: the grants before every access, a Fault after every failure. Owns the root. */
export class Tree implements Files {
  readonly #root: Root
  readonly #grants: Grants
  readonly #options: UploadOptions
  readonly #digests: DigestPool

  constructor(root: Root, grants: Grants, options: UploadOptions, digests: DigestPool) {
    this.#root = root
    this.#grants = grants
    this.#options = options
    this.#digests = digests
  }

  openRead(path: VirtualPath, from: number): Promise<ReadableFile> {
    return withFaults(async () => new FileReader(await this.#openUpTo(path, from), from))
  }

  digest(path: VirtualPath, request: DigestRequest, signal: AbortSignal): Promise<Digest> {
    return withFaults(async () => {
      const file = await this.#openUpTo(path, request.to ?? request.from)
      const to = request.to ?? file.size
      return { hex: await this.#digests.digest(file, { ...request, to }, signal), to }
    })
  }

  prepareUpload(path: VirtualPath, request: UploadRequest): Promise<Upload> {
    return withFaults(() => prepareUpload(this.#root, this.#grants, path, request, this.#options))
  }

  checkRoom(bytes: number): void {
    const { maxSize } = this.#options
    if (maxSize !== undefined && bytes > maxSize) throw new Fault('too_large')
  }

  entry(path: VirtualPath): Promise<Entry> {
    return withFaults(async () => {
      if (!isVisible(this.#grants, path, true)) throw new Fault('denied')
      await using folder = await this.#root.folder(parentOf(path))
      const stats = await lookUpVisible(folder, nameOf(path) || '.')
      if (!isVisible(this.#grants, path, stats.isDirectory())) throw new Fault('denied')
      return toEntry(nameOf(path), stats)
    })
  }

  async *list(path: VirtualPath): AsyncGenerator<readonly Entry[]> {
    try {
      requireRight(this.#grants, 'list', path)
      await using folder = await this.#folderToList(path)
      yield* listing(folder, path, this.#grants)
    } catch (error) {
      throw fromErrno(error)
    }
  }

  makeDir(path: VirtualPath): Promise<void> {
    return withFaults(() => changes.makeDir(this.#root, this.#grants, path, 0o777 & ~this.#options.umask))
  }

  removeDir(path: VirtualPath): Promise<void> {
    return withFaults(() => changes.removeDir(this.#root, this.#grants, path))
  }

  remove(path: VirtualPath): Promise<void> {
    return withFaults(() => changes.remove(this.#root, this.#grants, path))
  }

  rename(from: VirtualPath, to: VirtualPath): Promise<void> {
    return withFaults(() => changes.rename(this.#root, this.#grants, from, to))
  }

  setModified(path: VirtualPath, time: Date): Promise<void> {
    return withFaults(() => changes.setModified(this.#root, this.#grants, path, time))
  }

  setMode(path: VirtualPath, mode: number): Promise<void> {
    return withFaults(() => changes.setMode(this.#root, this.#grants, path, mode))
  }

  rights(path: VirtualPath): ReadonlySet<Right> {
    return this.#grants.at(path)
  }

  mayEnter(path: VirtualPath): boolean {
    return this.#grants.mayEnter(path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#root[Symbol.asyncDispose]()
  }

  /** Opens a file for reading. @throws Fault `bad_range` when it ends before the offset */
  async #openUpTo(path: VirtualPath, offset: number): Promise<OpenFile> {
    requireRight(this.#grants, 'read', path)
    await using folder = await this.#root.folder(parentOf(path))
    const file = await openRegular(folder, nameOf(path) || '.')
    if (offset <= file.size) return file
    await file.handle.close()
    throw new Fault('bad_range')
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

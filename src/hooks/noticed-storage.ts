import type { Subject } from '../core/audit-event.js'
import type { Identity } from '../core/identity.js'
import type { Files, Storage, Upload, UploadReceipt, UploadRequest } from '../core/ports.js'
import type { CloseVerdict } from '../core/transfer.js'
import type { VirtualPath } from '../core/virtual-path.js'
import type { NoticePlace } from './deliveries.js'
import { newNoticeId } from './notice.js'
import type { UploadHooks } from './upload-hooks.js'

/** A storage whose uploads are told of: neither it nor who uses it knows. */
export class NoticedStorage implements Storage {
  readonly #storage: Storage
  readonly #hooks: UploadHooks

  constructor(storage: Storage, hooks: UploadHooks) {
    this.#storage = storage
    this.#hooks = hooks
  }

  async open(identity: Identity, subject: Subject): Promise<Files> {
    return new NoticedFiles(await this.#storage.open(identity, subject), this.#hooks, {
      ...subject,
      user: identity.name,
    })
  }
}

/** Whose uploads they are. */
interface Owner extends Subject {
  readonly user: string
}

class NoticedFiles implements Files {
  readonly #files: Files
  readonly #hooks: UploadHooks
  readonly #owner: Owner

  constructor(files: Files, hooks: UploadHooks, owner: Owner) {
    this.#files = files
    this.#hooks = hooks
    this.#owner = owner
  }

  /** A full queue refuses the upload here: a file that was acknowledged and never told of would be worse. */
  async prepareUpload(path: VirtualPath, request: UploadRequest): Promise<Upload> {
    const place = this.#hooks.reserve()
    if (!place) return await this.#files.prepareUpload(path, request)
    try {
      return new NoticedUpload(await this.#files.prepareUpload(path, request), place, this.#owner)
    } catch (error) {
      place[Symbol.dispose]()
      throw error
    }
  }

  openRead: Files['openRead'] = (path, from) => this.#files.openRead(path, from)
  checkRoom: Files['checkRoom'] = bytes => this.#files.checkRoom(bytes)
  quota: Files['quota'] = path => this.#files.quota(path)
  entry: Files['entry'] = path => this.#files.entry(path)
  storedEntry: Files['storedEntry'] = path => this.#files.storedEntry(path)
  digest: Files['digest'] = (path, request, signal) => this.#files.digest(path, request, signal)
  list: Files['list'] = path => this.#files.list(path)
  makeDir: Files['makeDir'] = path => this.#files.makeDir(path)
  removeDir: Files['removeDir'] = path => this.#files.removeDir(path)
  remove: Files['remove'] = path => this.#files.remove(path)
  rename: Files['rename'] = (from, to) => this.#files.rename(from, to)
  setModified: Files['setModified'] = (path, time) => this.#files.setModified(path, time)
  setMode: Files['setMode'] = (path, mode) => this.#files.setMode(path, mode)
  rights: Files['rights'] = path => this.#files.rights(path)
  mayEnter: Files['mayEnter'] = path => this.#files.mayEnter(path)

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#files[Symbol.asyncDispose]()
  }
}

class NoticedUpload implements Upload {
  readonly path: VirtualPath
  readonly #upload: Upload
  readonly #place: NoticePlace
  readonly #owner: Owner

  constructor(upload: Upload, place: NoticePlace, owner: Owner) {
    this.path = upload.path
    this.#upload = upload
    this.#place = place
    this.#owner = owner
  }

  async open(): Promise<void> {
    await this.#upload.open()
  }

  async write(chunks: readonly Uint8Array[]): Promise<void> {
    await this.#upload.write(chunks)
  }

  get bytes(): number {
    return this.#upload.bytes
  }

  get kept(): boolean {
    return this.#upload.kept
  }

  /** Resolves, and so lets the client have its 226, when the notice is safe as well. */
  async commit(close?: CloseVerdict): Promise<UploadReceipt> {
    const receipt = await this.#upload.commit(close)
    const { session, client, user } = this.#owner
    const now = new Date()
    await this.#place.accept({
      id: newNoticeId(now.getTime()),
      time: now.toISOString(),
      user,
      session,
      client,
      path: this.path,
      file: (await this.#upload.hostPath()) ?? null,
      size: receipt.size,
      bytes: this.bytes,
      resumedFrom: receipt.size - this.bytes,
      sha256: receipt.sha256 ?? null,
      close: close ?? null,
    })
    return receipt
  }

  async hostPath(): Promise<string | undefined> {
    return await this.#upload.hostPath()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#place[Symbol.dispose]()
    await this.#upload[Symbol.asyncDispose]()
  }
}

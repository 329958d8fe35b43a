import { Fault } from '../core/fault.js'
import type { Identity } from '../core/identity.js'
import type { Grants } from '../core/permission.js'
import type { Files, Storage } from '../core/ports.js'
import { openBeneath, procWorks } from './beneath.js'
import type { DigestPool } from './digest-pool.js'
import type { Root, RootOpener } from './folder.js'
import { MountedFiles } from './mounted.js'
import { OwnPartials } from './own-partials.js'
import { openPortable } from './portable.js'
import { sweep } from './sweep.js'
import { Tree } from './tree.js'
import type { UploadOptions } from './upload.js'

export interface StorageOptions extends UploadOptions {
  /** Allows the weaker confinement by path strings where /proc is missing; elsewhere it changes nothing. */
  readonly portable: boolean
}

/** The users' homes on this host. Nothing to close: each opened tree owns what it opens. */
export class DiskStorage implements Storage {
  readonly #openRoot: RootOpener
  readonly #options: UploadOptions
  readonly #digests: DigestPool

  /** @param digests outlives this storage, and belongs to whoever made it */
  constructor(openRoot: RootOpener, options: UploadOptions, digests: DigestPool) {
    this.#openRoot = openRoot
    this.#options = options
    this.#digests = digests
  }

  async open(identity: Identity): Promise<Files> {
    const home = await this.#tree(identity.home, identity.grants, identity.name)
    const { mounts } = identity
    if (mounts.length === 0) return home
    return new MountedFiles(home, mounts, ({ source, grants }) => this.#tree(source, grants, identity.name))
  }

  /**
   * Removes what unfinished uploads left beneath a home or a mounted folder and nobody may resume any more; a signal
   * ends it early.
   * @returns how many files were removed
   * @throws Fault `storage_error` when the folder is missing or not one
   */
  async sweepPartials(home: string, signal?: AbortSignal): Promise<number> {
    await using root = await this.#root(home)
    return await sweep(root, this.#options.keepPartial, signal)
  }

  async #tree(folder: string, grants: Grants, user: string): Promise<Files> {
    const partials = new OwnPartials(user, this.#options.keepPartial)
    return new Tree(await this.#root(folder), { grants, partials, options: this.#options }, this.#digests)
  }

  async #root(home: string): Promise<Root> {
    try {
      return await this.#openRoot(home)
    } catch (cause) {
      throw new Fault('storage_error', { cause })
    }
  }
}

/** @throws Error when folders cannot be confined by handle and `portable` does not allow less */
export function chooseRoot(proc: boolean, portable: boolean): RootOpener {
  if (proc) return openBeneath
  if (portable) return openPortable
  throw new Error(
    'Files cannot be confined by directory handle: /proc/self/fd does not work here. Mount /proc, or accept ' +
      'the weaker confinement by path with `filesystem.portable: true`.',
  )
}

/** @throws Error as {@link chooseRoot} */
export async function openStorage(options: StorageOptions, digests: DigestPool): Promise<DiskStorage> {
  return new DiskStorage(chooseRoot(await procWorks(), options.portable), options, digests)
}

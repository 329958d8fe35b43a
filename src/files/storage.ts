import { Fault } from '../core/fault.js'
import type { Identity, Quota } from '../core/identity.js'
import type { Grants } from '../core/permission.js'
import type { Files, Storage } from '../core/ports.js'
import { ROOT } from '../core/virtual-path.js'
import { openBeneath, procWorks } from './beneath.js'
import { count } from './count.js'
import type { LentThreads } from './file-threads.js'
import type { Root, RootOpener } from './folder.js'
import { type Ledger, Ledgers } from './ledger.js'
import { MountedFiles } from './mounted.js'
import { OwnPartials } from './own-partials.js'
import { openPortable } from './portable.js'
import { Account } from './quota.js'
import { sweep } from './sweep.js'
import { Tree } from './tree.js'
import type { UploadOptions } from './upload-plan.js'

export interface StorageOptions extends UploadOptions {
  /** Allows the weaker confinement by path strings where /proc is missing; elsewhere it changes nothing. */
  readonly portable: boolean
}

/** The users' homes on this host. Nothing to close: each opened tree owns what it opens. */
export class DiskStorage implements Storage {
  readonly #openRoot: RootOpener
  readonly #options: UploadOptions
  readonly #threads: LentThreads
  readonly #ledgers: Ledgers

  /** @param threads outlive this storage, as `ledgers` does, and belong to whoever made them */
  constructor(openRoot: RootOpener, options: UploadOptions, threads: LentThreads, ledgers = new Ledgers()) {
    this.#openRoot = openRoot
    this.#options = options
    this.#threads = threads
    this.#ledgers = ledgers
  }

  async open(identity: Identity): Promise<Files> {
    const home = await this.#tree(identity.home, identity.grants, identity.name, identity.quota)
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
    return await sweep(root, this.#options.keepPartial, await this.#ledger(root, home), signal)
  }

  /** A mount has no quota, but what is done in it counts for whoever's home it is. */
  async #tree(folder: string, grants: Grants, user: string, quota?: Quota): Promise<Files> {
    const root = await this.#root(folder)
    const ledger = await this.#ledger(root, folder)
    if (quota) ledger.refresh()
    const [options, threads] = [this.#options, this.#threads]
    const partials = new OwnPartials(user, options.keepPartial)
    return new Tree(root, { grants, partials, options, threads, account: new Account(ledger, quota) })
  }

  async #ledger(root: Root, home: string): Promise<Ledger> {
    await using folder = await root.folder(ROOT)
    return this.#ledgers.of(folder.id, async () => {
      // of its own: a count goes on when the session that began it is over
      await using counted = await this.#openRoot(home)
      return await count(counted)
    })
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
export async function openStorage(
  options: StorageOptions,
  threads: LentThreads,
  ledgers = new Ledgers(),
): Promise<DiskStorage> {
  return new DiskStorage(chooseRoot(await procWorks(), options.portable), options, threads, ledgers)
}

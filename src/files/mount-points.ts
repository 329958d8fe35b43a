import type { Mount } from '../core/identity.js'
import { childOf, componentsOf, isWithin, type VirtualPath } from '../core/virtual-path.js'

/** Where something is mounted in one user's tree. */
export class MountPoints {
  /** Deepest first. */
  readonly #mounts: readonly Mount[]

  constructor(mounts: readonly Mount[]) {
    this.#mounts = mounts.toSorted((a, b) => b.at.length - a.at.length)
  }

  /** The mount that answers for a path; undefined where the home does. */
  over(path: VirtualPath): Mount | undefined {
    return this.#mounts.find(({ at }) => isWithin(path, at))
  }

  /** Whether something is mounted below a path. */
  beneath(path: VirtualPath): boolean {
    return this.#mounts.some(({ at }) => at !== path && isWithin(at, path))
  }

  /** The entries of a folder that are mount points, or lead to one. */
  in(folder: VirtualPath): VirtualPath[] {
    const depth = componentsOf(folder).length
    const names = this.#mounts
      .filter(({ at }) => at !== folder && isWithin(at, folder))
      .map(({ at }) => componentsOf(at)[depth] ?? '')
    return [...new Set(names)].map(name => childOf(folder, name))
  }
}

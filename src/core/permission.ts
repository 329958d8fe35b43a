import { isWithin, parsePath, ROOT, type VirtualPath } from './virtual-path.js'

/** Every right there is. A grant gives a set of them to a folder and all beneath it. */
export const RIGHTS = [
  'list',
  'read',
  'create',
  'overwrite',
  'append',
  'delete',
  'rename',
  'makeDir',
  'removeDir',
  'setTime',
  'chmod',
] as const

export type Right = (typeof RIGHTS)[number]

/** Named sets for the usual agreements with a partner. None of them gives `chmod`. */
export const PRESETS = {
  'read-only': ['list', 'read'],
  /** Sees names and sizes (clients check them after an upload) but reads, replaces and removes nothing. */
  'drop-box': ['list', 'create', 'makeDir'],
  'read-write': RIGHTS.filter(right => right !== 'chmod'),
} as const satisfies Record<string, readonly Right[]>

export type Preset = keyof typeof PRESETS

const NOTHING: ReadonlySet<Right> = new Set()

/** The grants of one user. The deepest grant over a path decides alone; with none the answer is no. */
export class Grants {
  /** Deepest first. */
  readonly #grants: readonly (readonly [VirtualPath, ReadonlySet<Right>])[]

  constructor(grants: Iterable<readonly [folder: string, rights: Preset | readonly Right[]]>) {
    this.#grants = Array.from(grants, ([folder, rights]) => {
      const set: ReadonlySet<Right> = new Set<Right>(typeof rights === 'string' ? PRESETS[rights] : rights)
      return [parsePath(folder, ROOT), set] as const
    }).sort(([a], [b]) => b.length - a.length)
  }

  /** The rights over `path`. */
  at(path: VirtualPath): ReadonlySet<Right> {
    return this.#grants.find(([folder]) => isWithin(path, folder))?.[1] ?? NOTHING
  }

  /** True when every right that `other` gives over any path is given here as well. */
  cover(other: Grants): boolean {
    // Rights change only where a grant stands.
    return [...this.#grants, ...other.#grants].every(([folder]) => {
      const here = this.at(folder)
      return [...other.at(folder)].every(right => here.has(right))
    })
  }

  /** The folders strictly beneath `path` that have a grant of their own. */
  beneath(path: VirtualPath): VirtualPath[] {
    return this.#grants.map(([folder]) => folder).filter(folder => folder !== path && isWithin(folder, path))
  }

  /** True when the path itself, or something beneath it, is granted: one may stand there and pass through. */
  mayEnter(path: VirtualPath): boolean {
    return (
      this.at(path).size > 0 ||
      this.#grants.some(([folder, rights]) => rights.size > 0 && isWithin(folder, path))
    )
  }
}

import { constants } from 'node:fs'
import { lstat, open, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { componentsOf, type VirtualPath } from '../core/virtual-path.js'
import type { Folder, Root } from './folder.js'

/**
 * Confinement by looking at each component before it is used, for systems without /proc. Weaker than
 * `beneath`: someone else who can write beneath the home on this machine may swap a folder for a link between
 * the look and the use. Clients cannot, as no command makes a link.
 */
class PortableRoot implements Root {
  readonly #home: string

  constructor(home: string) {
    this.#home = home
  }

  async folder(path: VirtualPath): Promise<Folder> {
    let place = this.#home
    let id = await idOf(place)
    for (const name of componentsOf(path)) {
      place = join(place, name)
      id = await idOf(place)
    }
    return {
      id,
      at: name => join(place, name),
      direct: undefined,
      takesPastCache: () => false,
      openEntries: () => open(place, constants.O_RDONLY | constants.O_DIRECTORY),
      [Symbol.asyncDispose]: async () => {},
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

async function idOf(place: string): Promise<string> {
  const stats = await lstat(place, { bigint: true })
  if (!stats.isDirectory()) {
    throw Object.assign(new Error(`not a folder: ${place}`), { code: 'ENOTDIR', errno: -20 })
  }
  return `${stats.dev}:${stats.ino}`
}

/** A root confined by path strings. Throws the errno. */
export async function openPortable(home: string): Promise<Root> {
  const place = await realpath(home)
  await idOf(place)
  return new PortableRoot(place)
}

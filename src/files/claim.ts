import { Fault } from '../core/fault.js'
import type { Folder } from './folder.js'

/**
 * The names that uploads and renames of this process are about to make, and those of the files they write to
 * until then, by the folder's identity. Of the
 * process and not of a storage, because two users' homes, or a storage from before a reload, may be the same
 * folder on the host.
 */
const claimed = new Set<string>()

/** Reserves names in a folder, all or none, until disposed. @throws Fault `busy` */
export function claim(folder: Folder, ...names: readonly string[]): Disposable {
  const keys = names.map(name => keyOf(folder, name))
  if (keys.some(key => claimed.has(key))) throw new Fault('busy')
  for (const key of keys) claimed.add(key)
  let held = true
  return {
    [Symbol.dispose]: () => {
      if (held) for (const key of keys) claimed.delete(key)
      held = false
    },
  }
}

export const isClaimed = (folder: Folder, name: string): boolean => claimed.has(keyOf(folder, name))

const keyOf = ({ id }: Folder, name: string): string => `${id}/${name}`

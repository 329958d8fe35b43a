import { Fault } from '../core/fault.js'
import type { Folder } from './folder.js'

/**
 * The names that uploads and renames of this process are about to make, by the folder's identity. Of the
 * process and not of a storage, because two users' homes, or a storage from before a reload, may be the same
 * folder on the host.
 */
const claimed = new Set<string>()

/** Reserves a name until disposed. @throws Fault `busy` */
export function claim(folder: Folder, name: string): Disposable {
  const key = `${folder.id}/${name}`
  if (claimed.has(key)) throw new Fault('busy')
  claimed.add(key)
  let held = true
  return {
    [Symbol.dispose]: () => {
      if (held) claimed.delete(key)
      held = false
    },
  }
}

export const isClaimed = (folder: Folder, name: string): boolean => claimed.has(`${folder.id}/${name}`)

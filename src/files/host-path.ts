import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from './errno.js'
import type { Folder } from './folder.js'

/** Where an entry of a folder is on the host, for programs that are told of it; undefined when the folder is gone. */
export async function hostPathOf(folder: Folder, name: string): Promise<string | undefined> {
  try {
    return join(await realpath(folder.at('.')), name)
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return undefined
  }
}

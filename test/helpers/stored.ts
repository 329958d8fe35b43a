import { readdir } from 'node:fs/promises'
import { RESERVED_PREFIX } from '../../src/core/virtual-path.js'

/** The names in a host folder but for those of unfinished uploads, sorted. */
export const stored = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter(name => !name.startsWith(RESERVED_PREFIX)).sort()

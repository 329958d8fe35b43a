import type { Grants } from '../core/permission.js'
import type { Entry } from '../core/ports.js'
import { childOf, isAllowedName, type VirtualPath } from '../core/virtual-path.js'
import { isClaimed } from './claim.js'
import { entryHere, isVisibleType, lookUp, toEntry } from './entry.js'
import type { Folder } from './folder.js'
import type { OwnPartials } from './own-partials.js'
import { isVisible } from './rights.js'
import { scanNames } from './scan.js'

/** What an entry of the folder shows; undefined when that is nothing, or shown by another. Throws the errno. */
type Look = (name: string) => Promise<Entry | undefined>

/**
 * What the user may see of a folder, in small batches; each of its own partials once, in place of
 * the file it is for. Throws the errno.
 */
export async function* listing(
  folder: Folder,
  path: VirtualPath,
  grants: Grants,
  partials: OwnPartials,
): AsyncGenerator<readonly Entry[]> {
  // Nearly always there are none, and then one look at each entry is enough.
  const show = (await partials.areIn(folder)) ? withPartials(folder, partials) : plainly(folder)
  for await (const names of scanNames(folder)) yield* visible(await show(names), path, grants)
}

const plainly = (folder: Folder) => async (names: readonly string[]) => {
  const allowed = names.filter(isAllowedName)
  const entries: Entry[] = []
  let next = 0
  for (; next < allowed.length; next++) {
    const { direct } = folder
    if (!direct) break
    const entry = direct.make(() => entryHere(folder, allowed[next] as string))
    if (entry) entries.push(entry)
  }
  if (next === allowed.length) return entries
  const others = await lookAll(allowed.slice(next), async name => {
    const stats = await lookUp(folder, name)
    return stats && isVisibleType(stats) ? toEntry(name, stats) : undefined
  })
  return [...entries, ...others]
}

function withPartials(folder: Folder, partials: OwnPartials) {
  // An upload that ends meanwhile can be met again under its final name. There are as many as run now, not more.
  const running = new Set<string>()
  const shown = new Set<string>()
  const look: Look = async name => {
    if (isAllowedName(name)) return await partials.entry(folder, name)
    const final = partials.finalName(name)
    if (final === undefined) return undefined
    if (isClaimed(folder, name)) running.add(final)
    // where the file is there too, its own entry shows the partial
    return (await lookUp(folder, final)) ? undefined : await partials.entry(folder, final)
  }
  return async (names: readonly string[]) =>
    (await lookAll(names, look)).filter(({ name }) => {
      if (shown.has(name)) return false
      if (running.has(name)) shown.add(name)
      return true
    })
}

/** All are settled before any failure is thrown: none may still run when the folder is given back. */
async function lookAll(names: readonly string[], look: Look): Promise<Entry[]> {
  const looked = await Promise.allSettled(names.map(look))
  return looked.flatMap(result => {
    if (result.status === 'rejected') throw result.reason
    return result.value ?? []
  })
}

function* visible(entries: Entry[], path: VirtualPath, grants: Grants): Generator<readonly Entry[]> {
  const batch = entries.filter(({ name, type }) => isVisible(grants, childOf(path, name), type === 'dir'))
  if (batch.length > 0) yield batch
}

import { childOf, isAllowedName, ROOT, type VirtualPath } from '../core/virtual-path.js'
import { lookUp } from './entry.js'
import { errnoOf } from './errno.js'
import type { Folder, Root } from './folder.js'
import { type Amount, amountOf, NOTHING, plus } from './ledger.js'
import { BATCH, scan } from './scan.js'

/** Folders read at a time. */
const CONCURRENCY = 8

/**
 * Every file beneath a root, the server's own included; no link is followed. What cannot be read is passed over, and so
 * are names that are not UTF-8, which no client can have made.
 */
export async function count(root: Root): Promise<Amount> {
  let total = NOTHING
  const pending: VirtualPath[] = [ROOT]
  while (pending.length > 0)
    for (const { amount, folders } of await Promise.all(
      pending.splice(-CONCURRENCY).map(path => countFolder(root, path)),
    )) {
      total = plus(total, amount)
      for (const inner of folders) pending.push(inner)
    }
  return total
}

async function countFolder(root: Root, path: VirtualPath) {
  const folders: VirtualPath[] = []
  let amount = NOTHING
  try {
    await using folder = await root.folder(path)
    let names: string[] = []
    for await (const { name, dirent } of scan(folder)) {
      if (dirent.isDirectory() && isAllowedName(name)) folders.push(childOf(path, name))
      else if (dirent.isFile()) names.push(name)
      if (names.length < BATCH) continue
      amount = plus(amount, await sum(folder, names))
      names = []
    }
    amount = plus(amount, await sum(folder, names))
  } catch (error) {
    if (errnoOf(error) === undefined || path === ROOT) throw error
  }
  return { amount, folders }
}

async function sum(folder: Folder, names: readonly string[]): Promise<Amount> {
  const amounts = await Promise.all(names.map(async name => amountOf(await lookUp(folder, name))))
  return amounts.reduce(plus, NOTHING)
}

import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Config } from '../../config/schema.js'
import { type Examination, ok, problem, type Result, warning } from './examination.js'

const MIB = 2 ** 20
/** An audit log of the default size and a few uploads: below this there is time to act, below the other hardly. */
const LOW_BYTES = 1024 * MIB
/** One audit log of the default size: with none of it the server refuses to go on. */
const NO_BYTES = 100 * MIB
/** The same in files: an upload takes one, and so does each folder. */
const LOW_FILES = 10_000
const NO_FILES = 1000

/** Of a file system that the server writes to. */
export interface Room {
  /** What is there, in words. */
  readonly holds: string
  /** A folder in it. */
  readonly folder: string
  readonly freeBytes: number
  /** Infinite where the file system does not count them. */
  readonly freeFiles: number
}

/** How much room is left where the server writes. */
export const disk: Examination = {
  name: 'disk',
  async examine({ config }) {
    return (await roomsOf(places(config))).map(judgeRoom)
  },
}

interface Place {
  readonly what: string
  readonly folder: string
}

function places({ users, audit, auth, onUpload }: Config): Place[] {
  const hooks = onUpload.webhook !== null || onUpload.command !== null
  return [
    { what: 'audit log', folder: dirname(audit.file) },
    ...(auth.store === 'memory' ? [{ what: 'state', folder: dirname(auth.state) }] : []),
    ...(hooks ? [{ what: 'queue of notices', folder: onUpload.queue.folder }] : []),
    ...users.map(({ home }) => ({ what: 'homes', folder: home })),
    ...users.flatMap(({ mounts }) => mounts.map(({ source }) => ({ what: 'mounts', folder: source }))),
  ]
}

/** One for each file system; a folder that is not there is told elsewhere. */
async function roomsOf(all: readonly Place[]): Promise<Room[]> {
  const byDevice = new Map<number, { folder: string; whats: Set<string> }>()
  for (const { what, folder } of all) {
    const facts = await stat(folder).catch(() => undefined)
    if (facts === undefined) continue
    const known = byDevice.get(facts.dev)
    if (known) known.whats.add(what)
    else byDevice.set(facts.dev, { folder, whats: new Set([what]) })
  }
  const rooms = [...byDevice.values()].map(async ({ folder, whats }) => {
    const { bavail, bsize, files, ffree } = await statfs(folder)
    return {
      holds: [...whats].join(', '),
      folder,
      freeBytes: bavail * bsize,
      freeFiles: files === 0 ? Number.POSITIVE_INFINITY : ffree,
    }
  })
  return Promise.all(rooms)
}

export function judgeRoom({ holds, folder, freeBytes, freeFiles }: Room): Result {
  const files = Number.isFinite(freeFiles) ? ` and ${freeFiles} files` : ''
  const left = `${inUnits(freeBytes)}${files} are free for ${holds} (${folder})`
  if (freeBytes < NO_BYTES || freeFiles < NO_FILES)
    return problem(`only ${left}: uploads fail, and without an audit log the server refuses all; make room`)
  if (freeBytes < LOW_BYTES || freeFiles < LOW_FILES) return warning(`only ${left}; make room`)
  return ok(left)
}

function inUnits(bytes: number): string {
  const [unit, name] = bytes < 1024 * MIB ? [MIB, 'MiB'] : [1024 * MIB, 'GiB']
  const value = bytes / unit
  return `${value < 10 ? value.toFixed(1) : Math.floor(value)} ${name}`
}

import { createHash, randomBytes } from 'node:crypto'
import { isAllowedName, RESERVED_PREFIX } from '../core/virtual-path.js'

// What the files are called that uploads are written to until they are whole. All begin with the reserved prefix.

const OWNER_DIGITS = 16
const NAME_DIGITS = 64
const MAX_NAME_BYTES = 255

const OWNED = new RegExp(`^\\${RESERVED_PREFIX}[0-9a-f]{${OWNER_DIGITS}}[-.]`)

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** What the names of all partials of one user begin with; 16 hex digits tell the users of one server apart. */
export const ownerPrefix = (user: string): string =>
  `${RESERVED_PREFIX}${sha256(user).slice(0, OWNER_DIGITS)}`

/** What the names begin with that a final name can be read off. */
export const readablePrefix = (owner: string): string => `${owner}-`

/**
 * The name of the one partial that a user may have for a file: one look finds it, in a folder that users share and
 * after a restart too. A name that would be too long for the host is hashed instead; what it stands for cannot be
 * read off it then, so a listing does not show it.
 */
export function partialName(owner: string, name: string): string {
  const readable = readablePrefix(owner) + name
  return Buffer.byteLength(readable) <= MAX_NAME_BYTES
    ? readable
    : `${owner}.${sha256(name).slice(0, NAME_DIGITS)}`
}

/** The file that a partial of this owner is for; undefined for every other name, hashed ones included. */
export function finalNameOf(owner: string, entry: string): string | undefined {
  const prefix = readablePrefix(owner)
  if (!entry.startsWith(prefix)) return undefined
  const name = entry.slice(prefix.length)
  return isAllowedName(name) ? name : undefined
}

/** Whether a file belongs to somebody who may resume it. */
export const isPartialName = (entry: string): boolean => OWNED.test(entry)

/** Whether a name is the server's own: that of a partial, or of a file that nobody resumes. */
export const isReservedName = (entry: string): boolean => entry.startsWith(RESERVED_PREFIX)

/** For what may never be resumed: `.portcullis-upload-` and 32 hex digits. */
export const temporaryName = (): string => `${RESERVED_PREFIX}upload-${randomBytes(16).toString('hex')}`

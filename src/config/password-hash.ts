import type * as z from 'zod'
import { isUserName } from './user-name.js'

/** Cost of an argon2id hash: `memory` in KiB, `passes`, `lanes`. */
interface HashCost {
  readonly memory: number
  readonly passes: number
  readonly lanes: number
}

/** The least that is accepted (OWASP Password Storage Cheat Sheet, argon2id). */
const HASH_FLOOR = { memory: 19_456, passes: 2 } as const
/** The most: one login must not be able to take the memory of the whole machine. */
const HASH_CEILING = { memory: 2 ** 20, passes: 64, lanes: 16 } as const

/** PHC string format as argon2 writes it; base64 without padding. */
const ARGON2ID =
  /^\$argon2id\$v=19\$m=([0-9]{1,10}),t=([0-9]{1,10}),p=([0-9]{1,3})\$([A-Za-z0-9+/]{11,128})\$([A-Za-z0-9+/]{22,172})$/

const costOf = (hash: string): HashCost | undefined => {
  const [, memory, passes, lanes] = ARGON2ID.exec(hash) ?? []
  return memory === undefined
    ? undefined
    : { memory: Number(memory), passes: Number(passes), lanes: Number(lanes) }
}

/** Why a hash is refused, without a character of it; undefined when it is good. */
function hashFault(hash: string): string | undefined {
  if (!hash.startsWith('$')) return 'is not a hash; a password is never kept in plain text'
  if (!hash.startsWith('$argon2id$')) return 'is not an argon2id hash'
  const cost = costOf(hash)
  if (cost === undefined) return 'is a damaged argon2id hash'
  if (cost.memory < HASH_FLOOR.memory || cost.passes < HASH_FLOOR.passes) {
    return `is too weak: m=${cost.memory},t=${cost.passes} where m=${HASH_FLOOR.memory},t=${HASH_FLOOR.passes} is the least`
  }
  if (
    cost.memory > HASH_CEILING.memory ||
    cost.passes > HASH_CEILING.passes ||
    cost.lanes > HASH_CEILING.lanes ||
    cost.lanes < 1
  ) {
    return `costs too much: m=${cost.memory},t=${cost.passes},p=${cost.lanes} where m=${HASH_CEILING.memory},t=${HASH_CEILING.passes},p=${HASH_CEILING.lanes} is the most`
  }
  return undefined
}

interface Checked {
  readonly name?: unknown
  readonly passwordHash?: unknown
  readonly certificate?: { readonly password?: unknown } | null
}

/** Each user has a hash, unless its certificate is enough. Any part may be missing or of the wrong type here. */
export function checkPasswordHash(
  { name, passwordHash, certificate }: Checked,
  context: z.core.$RefinementCtx,
): void {
  const wrong = (message: string) =>
    context.addIssue({ code: 'custom', path: ['passwordHash'], message, params: { complete: true } })
  if (passwordHash === undefined && certificate?.password !== 'not-needed')
    wrong('is missing; expected an argon2id hash')
  const fault = typeof passwordHash === 'string' ? hashFault(passwordHash) : undefined
  const who = typeof name === 'string' && isUserName(name) ? name : 'NAME'
  if (fault !== undefined) wrong(`${fault}; set a new one with: portcullis user passwd ${who}`)
}

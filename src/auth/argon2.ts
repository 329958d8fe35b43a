import { randomBytes } from 'node:crypto'
import { argon2id, hash, verify } from 'argon2'
import { Fault } from '../core/fault.js'

/** What a verification costs. */
export interface Argon2Cost {
  /** KiB */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

/** The least a stored hash must cost, and what new ones do: OWASP's recommendation for argon2id. */
export const COST_FLOOR: Argon2Cost = { memory: 19_456, passes: 2, parallelism: 1 }

const SALT_BYTES = 16
const DIGEST_BYTES = 32
/** Shorter ones weaken the hash itself (RFC 9106 §3.1 and §4). */
const MIN_SALT_BYTES = 8
const MIN_DIGEST_BYTES = 16

const PHC =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,8}),t=([1-9]\d{0,5}),p=([1-9]\d{0,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

export interface ParsedHash extends Argon2Cost {
  readonly salt: Buffer
  readonly digest: Buffer
}

/** Reads an argon2id hash in PHC form (version 1.3); undefined for anything else. */
export function parsePhc(text: string): ParsedHash | undefined {
  const [, memory, passes, parallelism, salt, digest] = PHC.exec(text) ?? []
  if (salt === undefined || digest === undefined) return undefined
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    digest: Buffer.from(digest, 'base64'),
  }
}

/** True for an argon2id hash that costs a guesser at least {@link COST_FLOOR}. */
export function meetsFloor(text: string): boolean {
  const parsed = parsePhc(text)
  return (
    parsed !== undefined &&
    parsed.memory >= COST_FLOOR.memory &&
    parsed.passes >= COST_FLOOR.passes &&
    parsed.salt.length >= MIN_SALT_BYTES &&
    parsed.digest.length >= MIN_DIGEST_BYTES
  )
}

/** Hashes a new password at {@link COST_FLOOR}, in PHC form. */
export const hashPassword = (password: string): Promise<string> =>
  hash(password, {
    type: argon2id,
    memoryCost: COST_FLOOR.memory,
    timeCost: COST_FLOOR.passes,
    parallelism: COST_FLOOR.parallelism,
    hashLength: DIGEST_BYTES,
  })

/** A hash that no password has, and that costs as much to compare with. */
export function dummyHash({ memory, passes, parallelism }: Argon2Cost): string {
  const random = (bytes: number): string => randomBytes(bytes).toString('base64').replace(/=+$/, '')
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${random(SALT_BYTES)}$${random(DIGEST_BYTES)}`
}

/** Compares in constant time, off the event loop. @throws Fault `internal` for a hash that is none */
export async function verifyPassword(phc: string, password: string): Promise<boolean> {
  if (parsePhc(phc) === undefined) throw new Fault('internal')
  return verify(phc, password)
}

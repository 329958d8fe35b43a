import { randomInt } from 'node:crypto'
import { UsageError } from './exit.js'

/** Without characters that look alike, or that a shell, a URL or an lftp command would read as its own. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
/** 24 of 56 characters are 139 bits. */
const GENERATED_LENGTH = 24

const MIN_LENGTH = 12
/** A PASS line before login may hold 512 bytes. */
const MAX_BYTES = 256

/** The end of a password that could be taken for a one-time code behind it. */
const LIKE_CODE = /[0-9]{6}$/

export function generatePassword(): string {
  const letters = Array.from({ length: GENERATED_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)])
  const password = letters.join('')
  return LIKE_CODE.test(password) ? generatePassword() : password
}

/** @throws UsageError that says what a password must be */
export function checkPassword(password: string, user: string): void {
  const fault = (() => {
    if (password.length < MIN_LENGTH) return `has at least ${MIN_LENGTH} characters`
    if (Buffer.byteLength(password) > MAX_BYTES) return `has at most ${MAX_BYTES} bytes`
    if (/[\0-\x1f\x7f]/.test(password)) return 'holds no control characters'
    if (LIKE_CODE.test(password)) return 'does not end in six digits, which could be a one-time code'
    if (password.toLowerCase().includes(user.toLowerCase()) && user.length >= 4)
      return 'does not hold the user name'
    return undefined
  })()
  if (fault !== undefined) throw new UsageError(`a password ${fault}; --generate makes a strong one`)
}

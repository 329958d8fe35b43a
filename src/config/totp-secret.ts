import * as z from 'zod'

/** RFC 4226 §4 R6: "MUST be at least 128 bits", and should be 160. */
const MIN_BYTES = 16
/** No authenticator makes longer ones; HMAC-SHA-1 would shorten them (RFC 2104 §2). */
const MAX_BYTES = 64

const EXPECTED = `a base32 secret of ${MIN_BYTES} to ${MAX_BYTES} bytes (portcullis user totp NAME makes one)`

/** Secrets are shown in groups and in any case, for people to copy; the padding means nothing. */
const normalised = (text: string): string => text.replace(/[\s-]/g, '').replace(/=+$/, '').toUpperCase()

/** So many letters stand for no whole number of bytes (RFC 4648 §6): some are missing. */
const isTorn = (letters: number): boolean => [1, 3, 6].includes(letters % 8)

const isSecret = (letters: string): boolean => {
  const bytes = Math.floor((letters.length * 5) / 8)
  return /^[A-Z2-7]*$/.test(letters) && !isTorn(letters.length) && bytes >= MIN_BYTES && bytes <= MAX_BYTES
}

/** In the form that has one spelling only: upper case, without spaces and padding. */
export const totpSecret = () =>
  z
    .string({ error: EXPECTED })
    .refine(text => isSecret(normalised(text)), EXPECTED)
    .transform(normalised)
    .meta({ title: 'base32 secret' })

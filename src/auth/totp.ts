import { Secret, TOTP } from 'otpauth'

/** What every authenticator does; many ignore that a code could be asked to be otherwise. */
const FORM = { algorithm: 'SHA1', digits: 6, period: 30 } as const
/** Codes of the step before and of the one after are right too: clocks differ, and people type slowly (RFC 6238 §5.2). */
const WINDOW = 1
/** RFC 4226 §4 R6: the length of the hash. */
const SECRET_BYTES = 20

const CODE = /^[0-9]{6}$/

const PERIOD_MS = FORM.period * 1000

/** The first moment, in milliseconds since 1970, at which no code of a step is right any more. */
export const endOfStep = (step: number): number => (step + WINDOW + 1) * PERIOD_MS

/** The secret that a user's one-time codes are made of (RFC 6238). */
export class TotpSecret {
  /** In base32. */
  readonly text: string
  readonly #secret: Secret

  /** @throws TypeError for a text that is no base32; it does not repeat it */
  constructor(base32: string) {
    this.text = base32
    this.#secret = fromBase32(base32)
  }

  static random(): TotpSecret {
    return new TotpSecret(new Secret({ size: SECRET_BYTES }).base32)
  }

  /** The step, counted from 1970, that a code is right for at this moment; undefined for a wrong one. */
  stepOf(code: string, now: Date): number | undefined {
    const timestamp = now.getTime()
    const token = code.replaceAll(' ', '')
    // The library throws at six characters of more than six bytes.
    if (!CODE.test(token)) return undefined
    const delta = TOTP.validate({ ...FORM, token, secret: this.#secret, timestamp, window: WINDOW })
    return delta === null ? undefined : TOTP.counter({ period: FORM.period, timestamp }) + delta
  }

  /** What an authenticator reads from a QR code: the secret, and under which names to list it. */
  uri(issuer: string, user: string): string {
    return new TOTP({ ...FORM, issuer, label: user, secret: this.#secret }).toString()
  }
}

/**
 * Takes the code off the end of a password that it was appended to. Undefined when the text does not end in one, or is
 * nothing else: a password is never empty.
 */
export function splitCode(text: string): { readonly password: string; readonly code: string } | undefined {
  const [, password, code] = /^(.+)([0-9]{6})$/su.exec(text) ?? []
  return password === undefined || code === undefined ? undefined : { password, code }
}

function fromBase32(text: string): Secret {
  try {
    return Secret.fromBase32(text)
  } catch {
    throw new TypeError('a secret of one-time codes is no base32')
  }
}

import { TOTP } from 'otpauth'

/** A secret of one-time codes, as a configuration has it. */
export const TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

const PERIOD_MS = 30_000

const codeAt = (secret: string, timestamp: number): string => new TOTP({ secret }).generate({ timestamp })

/** What an authenticator shows now: right for at least 30 seconds more. */
export const codeNow = (secret = TOTP_SECRET): string => codeAt(secret, Date.now())

/** A code that is wrong, however long the test takes. */
export function wrongCode(secret = TOTP_SECRET): string {
  const near = new Set(Array.from({ length: 20 }, (_, i) => codeAt(secret, Date.now() + (i - 3) * PERIOD_MS)))
  for (let number = 0; ; number++) {
    const code = String(number).padStart(6, '0')
    if (!near.has(code)) return code
  }
}

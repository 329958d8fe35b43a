import type { KeyObject } from 'node:crypto'
import { stat } from 'node:fs/promises'
import type { Report } from './certificates.js'

const MIN_RSA_BITS = 2048
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1']
/** Anyone on the machine could take the key along, or put another in its place. */
const OTHERS = 0o007
const GROUP = 0o070
const GROUP_WRITES = 0o020

/** The two kinds of key that the cipher suites of the server can use. */
export function inspectKey(key: KeyObject, report: Report): void {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {}
  switch (key.asymmetricKeyType) {
    case 'rsa':
      if (modulusLength < MIN_RSA_BITS)
        report('error', `is too short: RSA ${modulusLength} bits where ${MIN_RSA_BITS} are the least`)
      break
    case 'ec':
      if (!CURVES.includes(namedCurve))
        report('error', `is on the curve ${namedCurve}; use P-256, P-384 or P-521`)
      break
    default:
      report('error', 'is neither an ECDSA nor an RSA key')
  }
}

/**
 * A key that belongs to root and that the server reads through its group (0640, 0440) is how secrets are mounted into
 * containers, and is fine. One that the server's own account has, shared with a group, is more than is needed.
 */
export async function inspectKeyFile(file: string, report: Report): Promise<void> {
  const { mode, uid } = await stat(file)
  if ((mode & OTHERS) !== 0) {
    report(
      'error',
      `may be read or written by everyone on this machine; mend it with: chmod 600 ${file} (a mounted secret: set its mode to 0400 where it is declared)`,
    )
  } else if ((mode & GROUP_WRITES) !== 0) {
    report('warning', `may be replaced by its group; mend it with: chmod g-w ${file}`)
  } else if ((mode & GROUP) !== 0 && uid === process.getuid?.()) {
    report('warning', `may be read by its group; unless that is meant, mend it with: chmod 600 ${file}`)
  }
}

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { Config } from '../config/schema.js'

export interface Finding {
  /** An error keeps the server from starting. */
  readonly level: 'error' | 'warning'
  /** The key of the configuration it is about. */
  readonly path: string
  readonly message: string
}

const DAY_MS = 86_400_000
const RENEW_WITHIN_DAYS = 30
const MIN_RSA_BITS = 2048
/** Anyone on the machine could take the key along. */
const OTHERS = 0o007

/** What is wrong, or will soon be, with the certificates and keys of the configuration. */
export async function inspectCertificates({ tls }: Config, now = Date.now()): Promise<Finding[]> {
  const kinds = new Set<string>()
  const findings: Finding[] = []
  for (const [index, files] of tls.certificates.entries()) {
    const path = `tls.certificates[${index}]`
    const report = (level: Finding['level'], key: 'cert' | 'key', message: string) =>
      findings.push({ level, path: `${path}.${key}`, message: `${files[key]} ${message}` })
    const certificate = await parsed(
      files.cert,
      pem => new X509Certificate(pem),
      problem => report('error', 'cert', problem),
    )
    const key = await parsed(files.key, createPrivateKey, problem => report('error', 'key', problem))
    if (certificate) inspectDates(certificate, now, (level, message) => report(level, 'cert', message))
    if (key) {
      const fault = keyFault(key)
      if (fault) report('error', 'key', fault)
      if (((await stat(files.key)).mode & OTHERS) !== 0) {
        report(
          'error',
          'key',
          `may be read or written by everyone on this machine; mend it with: chmod 600 ${files.key}`,
        )
      }
      const kind = String(key.asymmetricKeyType)
      if (kinds.has(kind))
        report('error', 'key', `is another ${kind.toUpperCase()} key; two certificates must be ECDSA and RSA`)
      kinds.add(kind)
    }
    if (certificate && key && !certificate.checkPrivateKey(key)) {
      report('error', 'key', `does not belong to the certificate ${files.cert}`)
    }
  }
  return findings
}

async function parsed<T>(
  file: string,
  parse: (pem: Buffer) => T,
  report: (problem: string) => void,
): Promise<T | undefined> {
  let pem: Buffer
  try {
    pem = await readFile(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    report(code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`)
    return undefined
  }
  try {
    return parse(pem)
  } catch {
    report('is not PEM, or not of this kind (a key must have no passphrase)')
    return undefined
  }
}

function inspectDates(
  certificate: X509Certificate,
  now: number,
  report: (level: Finding['level'], message: string) => void,
): void {
  const from = Date.parse(certificate.validFrom)
  const to = Date.parse(certificate.validTo)
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  if (now >= to) report('error', `expired on ${day(to)}`)
  else if (now < from) report('error', `is not valid before ${day(from)}; is the clock right?`)
  else if (to - now < RENEW_WITHIN_DAYS * DAY_MS) {
    report('warning', `expires in ${Math.floor((to - now) / DAY_MS)} days (${day(to)})`)
  }
}

/** The two kinds of key that the cipher suites of the server can use. */
function keyFault(key: KeyObject): string | undefined {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'rsa') {
    return (modulusLength ?? 0) < MIN_RSA_BITS
      ? `is too short: RSA ${modulusLength} bits where ${MIN_RSA_BITS} are the least`
      : undefined
  }
  if (key.asymmetricKeyType !== 'ec') return 'is neither an ECDSA nor an RSA key'
  const curves = ['prime256v1', 'secp384r1', 'secp521r1']
  return curves.includes(namedCurve ?? '')
    ? undefined
    : `is on the curve ${namedCurve}; use P-256, P-384 or P-521`
}

import type { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Config } from '../config/schema.js'
import { isIssuedBy, parseCertificates } from '../tls/client-trust.js'
import { RevocationList } from '../tls/revocation-list.js'
import type { Finding } from './certificates.js'

const DAY_MS = 86_400_000
const SOON_DAYS = 2

type Key = 'ca' | 'crl'
type Report = (level: Finding['level'], key: Key, message: string) => void

/**
 * What is wrong, or will soon be, with the authorities and revocation lists for client certificates. Lists and
 * authorities that are too old are warnings: certificates are refused then, and users with passwords can still work.
 */
export async function inspectClientTrust({ tls, users }: Config, now = new Date()): Promise<Finding[]> {
  const findings: Finding[] = []
  const report: Report = (level, key, message) =>
    findings.push({ level, path: `tls.clientCertificates.${key}`, message })
  const { mode, ca, crl } = tls.clientCertificates
  if (mode === 'off') return findings
  if (ca.length === 0 && users.every(({ certificate }) => certificate === null))
    report('warning', 'ca', 'not set, and no user has a certificate: none that a client shows is good')
  const authorities = await parsedFiles(ca, 'ca', parseCertificates, report)
  const lists = await parsedFiles(crl, 'crl', RevocationList.parseAll, report)
  const known = authorities.map(([, authority]) => authority)
  for (const [file, authority] of authorities)
    inspectAuthority(authority, known, now, (level, message) => report(level, 'ca', `${file}: ${message}`))
  const covered = new Set<string>()
  for (const [file, list] of lists) {
    const signers = await signersOf(list, known)
    for (const signer of signers) covered.add(signer.fingerprint256)
    inspectList(list, signers, now, (level, message) => report(level, 'crl', `${file}: ${message}`))
  }
  if (lists.length > 0)
    for (const [, authority] of authorities)
      if (!covered.has(authority.fingerprint256))
        report(
          'error',
          'crl',
          `no list of ${nameOf(authority)}, so each of its certificates would be refused; roots need one as well`,
        )
  return findings
}

async function parsedFiles<T>(
  files: readonly string[],
  key: Key,
  parse: (content: Buffer) => T[],
  report: Report,
): Promise<(readonly [file: string, T])[]> {
  const found: (readonly [string, T])[] = []
  for (const file of files) {
    let content: Buffer
    try {
      content = await readFile(file)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      report('error', key, `${file} ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}`)
      continue
    }
    try {
      found.push(...parse(content).map(item => [file, item] as const))
    } catch {
      const what = key === 'ca' ? 'a certificate' : 'a revocation list (X509 CRL)'
      report('error', key, `${file} is not ${what} in PEM or DER`)
    }
  }
  return found
}

type Tell = (level: Finding['level'], message: string) => void

function inspectAuthority(
  authority: X509Certificate,
  known: readonly X509Certificate[],
  now: Date,
  tell: Tell,
): void {
  const name = nameOf(authority)
  if (!authority.ca)
    tell(
      'error',
      `${name} is no certificate authority; certificates of clients go to users[].certificate.fingerprint`,
    )
  else if (!known.some(each => isIssuedBy(authority, each)))
    tell('error', `the issuer of ${name} is missing; add each authority up to the root`)
  if (now.getTime() > Date.parse(authority.validTo))
    tell('warning', `${name} expired on ${authority.validTo}; its certificates are refused`)
}

async function signersOf(
  list: RevocationList,
  known: readonly X509Certificate[],
): Promise<X509Certificate[]> {
  const signers: X509Certificate[] = []
  for (const authority of known) if (await list.isSignedBy(authority)) signers.push(authority)
  return signers
}

function inspectList(list: RevocationList, signers: readonly X509Certificate[], now: Date, tell: Tell): void {
  const { issuer, thisUpdate, nextUpdate } = list
  if (signers.length === 0)
    tell('error', `the list of ${issuer} is not signed by any certificate of tls.clientCertificates.ca`)
  const left = nextUpdate === undefined ? Number.POSITIVE_INFINITY : nextUpdate.getTime() - now.getTime()
  if (now < thisUpdate)
    tell(
      'warning',
      `the list of ${issuer} is not valid before ${thisUpdate.toISOString()}; is the clock right?`,
    )
  else if (left <= 0)
    tell(
      'warning',
      `the list of ${issuer} expired on ${nextUpdate?.toISOString()}; its certificates are refused until there is a new one`,
    )
  else if (left < SOON_DAYS * DAY_MS)
    tell(
      'warning',
      `the list of ${issuer} expires on ${nextUpdate?.toISOString()}; fetch the next one in time`,
    )
}

const nameOf = ({ subject }: X509Certificate): string => subject.replaceAll('\n', ', ')

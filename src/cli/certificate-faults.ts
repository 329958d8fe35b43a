import 'reflect-metadata'
import type { X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { Report } from './certificates.js'

export const DAY_MS = 86_400_000
/** How long before the end there are warnings. */
export const RENEW_WITHIN_DAYS = 30
/** RFC 5280 §4.2.1.12 */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const ANY_PURPOSE = '2.5.29.37.0'
/** RFC 8017 appendix A.2.4: RSA with MD2, MD4 and MD5, which the library does not name. */
const RSA_WITH_MD = /^1\.2\.840\.113549\.1\.1\.[234]$/

/** What is wrong with the certificate of a server, or will soon be. */
export function inspectCertificate(certificate: X509Certificate, now: number, report: Report): void {
  inspectDates(certificate, now, report)
  inspectSignature(certificate, report)
  inspectPurpose(certificate, report)
  if (!/(^|, )(DNS|IP Address):/.test(certificate.subjectAltName ?? ''))
    report('warning', 'names no host in its subjectAltName; clients no longer look at the common name')
}

export function inspectDates(certificate: X509Certificate, now: number, report: Report): void {
  const from = Date.parse(certificate.validFrom)
  const to = Date.parse(certificate.validTo)
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  if (now >= to) report('error', `expired on ${day(to)}; renew it`)
  else if (now < from) report('error', `is not valid before ${day(from)}; is the clock right?`)
  else if (to - now < RENEW_WITHIN_DAYS * DAY_MS) {
    report('warning', `expires in ${Math.floor((to - now) / DAY_MS)} days (${day(to)})`)
  }
}

/** Certificates can be forged where the hash that was signed is broken: SHA-1 (shattered.io, 2017) and older ones. */
export function inspectSignature(certificate: X509Certificate, report: Report): void {
  const { signatureAlgorithm } = new x509.X509Certificate(certificate.raw)
  const { name, hash } = signatureAlgorithm as { name: string; hash?: { name: string } }
  const weak = hash?.name === 'SHA-1' ? 'SHA-1' : RSA_WITH_MD.test(name) ? 'MD5' : undefined
  if (weak !== undefined)
    report('error', `is signed by way of ${weak}, which is broken; have it made anew with SHA-256`)
}

function inspectPurpose(certificate: X509Certificate, report: Report): void {
  // Node's name for the extended key usage; undefined where the certificate has none, which is any.
  const purposes = certificate.keyUsage as readonly string[] | undefined
  if (purposes && !purposes.includes(SERVER_AUTH) && !purposes.includes(ANY_PURPOSE))
    report(
      'error',
      'is not for servers (extended key usage without serverAuth); ask for a server certificate',
    )
  const usages = new x509.X509Certificate(certificate.raw).getExtension(x509.KeyUsagesExtension)?.usages
  if (usages !== undefined && (usages & x509.KeyUsageFlags.digitalSignature) === 0)
    report('error', 'may not sign (key usage without digitalSignature), which every handshake here needs')
}

import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { inspectDates, inspectSignature } from './certificate-faults.js'
import type { Report } from './certificates.js'

const BLOCK = /^-----BEGIN CERTIFICATE-----\s*$[^-]+^-----END CERTIFICATE-----\s*$/gm

/** The certificates of a PEM file, one text each. */
export const splitPem = (pem: string): string[] => pem.match(BLOCK) ?? []

/** Whether a client that knows the root alone can follow the chain of the file up to it. */
export function inspectChain(
  certificate: X509Certificate,
  intermediates: readonly X509Certificate[],
  now: number,
  report: Report,
): void {
  let last = certificate
  for (const [index, issuer] of intermediates.entries()) {
    const which = `has as certificate ${index + 2} one that`
    if (!last.checkIssued(issuer) || !last.verify(issuer.publicKey)) {
      report(
        'warning',
        `${which} did not issue the one before it; clients may not be able to follow the chain`,
      )
      return
    }
    inspectDates(issuer, now, (level, message) => report(level, `${which} ${message}`))
    if (!isRoot(issuer)) inspectSignature(issuer, (level, message) => report(level, `${which} ${message}`))
    last = issuer
  }
  if (intermediates.length === 0 && !isRoot(last) && !isPublicRoot(last.issuer))
    report(
      'warning',
      `ends with a certificate issued by "${oneLine(last.issuer)}": clients that do not have the issuer already cannot check it; append the chain your authority gave you`,
    )
}

/** `checkIssued` would want the right to sign certificates, which a server's self-signed one does not need. */
const isRoot = (certificate: X509Certificate): boolean =>
  certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey)

/** Whether an authority of this name is among those that Node knows, and so, most likely, the clients. */
const isPublicRoot = (name: string): boolean =>
  rootCertificates.some(pem => new X509Certificate(pem).subject === name)

const oneLine = (name: string): string => name.split('\n').join(', ')

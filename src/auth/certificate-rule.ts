import type { CertificateNames, ClientCertificate } from '../core/client-certificate.js'
import type { Reason } from '../core/reason.js'

/** Which certificates are a user's: one of some, or every one with these names. */
export type CertificateRule =
  | { readonly fingerprints: readonly string[] }
  | {
      /** Each of these attributes, once and with this value. */
      readonly subject: Readonly<Record<string, string>>
      /** At least one of these, in the form of {@link CertificateNames.alternative}; empty for any or none. */
      readonly alternative: readonly string[]
    }

/** Why a user with this rule is refused; undefined when the certificate is good and the user's own. */
export function certificateRefusal(
  rule: CertificateRule,
  certificate: ClientCertificate | undefined,
): Reason | undefined {
  if (certificate === undefined) return 'certificate_missing'
  const refusal = certificate.refusal()
  if (refusal !== undefined) return refusal
  const own =
    'fingerprints' in rule
      ? rule.fingerprints.includes(certificate.fingerprint)
      : hasNames(certificate.names, rule.subject, rule.alternative)
  return own ? undefined : 'certificate_mismatch'
}

function hasNames(
  names: CertificateNames,
  subject: Readonly<Record<string, string>>,
  alternative: readonly string[],
): boolean {
  const attributes = Object.entries(subject)
  // A rule without names would fit everyone.
  if (attributes.length === 0 && alternative.length === 0) return false
  const isNamed = attributes.every(([name, value]) => {
    const found = names.attribute(name)
    return found.length === 1 && found[0] === value
  })
  return isNamed && (alternative.length === 0 || alternative.some(each => names.alternative.includes(each)))
}

import { X509Certificate } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import type { Reason } from '../core/reason.js'
import { derBlocks } from './pem.js'
import type { RevocationList } from './revocation-list.js'

export interface ClientTrustMaterial {
  /** `required`: no handshake without a certificate that is good. `optional`: users decide. */
  readonly mode: 'optional' | 'required'
  /** Roots, and the intermediates that clients do not send. None: certificates are known by fingerprint alone. */
  readonly authorities: readonly X509Certificate[]
  /** With any, each certificate and authority has to be covered by one. */
  readonly revocations: readonly RevocationList[]
  /** Fingerprints that users are known by, as 64 lower-case hexadecimal digits. */
  readonly pins: Iterable<string>
}

/** RFC 5280 §4.2.1.12: id-kp-clientAuth, anyExtendedKeyUsage */
const CLIENT_PURPOSES = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0']
/** No chain is as long; ends a walk that goes in circles. */
const LONGEST_CHAIN = 10

/** All certificates of a file, in PEM or one in DER. @throws Error when it holds none, or one that cannot be read */
export const parseCertificates = (file: Buffer): X509Certificate[] =>
  derBlocks(file, 'CERTIFICATE').map(der => new X509Certificate(der))

export const fingerprintOf = ({ fingerprint256 }: X509Certificate): string =>
  fingerprint256.replaceAll(':', '').toLowerCase()

export const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)

/**
 * Which client certificates are good, never changed: a reload makes a new one. A handshake is verified by OpenSSL with
 * {@link contextOptions}; this class repeats what time and a reload can change of it: dates, revocation, and which
 * authorities and fingerprints there are. So it can only ever refuse more.
 */
export class ClientTrust {
  readonly mode: 'optional' | 'required'
  readonly #authorities: readonly X509Certificate[]
  readonly #revocations: readonly RevocationList[]
  readonly #pins: ReadonlySet<string>
  /** By fingerprint of the authority: the lists it signed. */
  readonly #signed: ReadonlyMap<string, readonly RevocationList[]>

  private constructor(material: ClientTrustMaterial, signed: ReadonlyMap<string, readonly RevocationList[]>) {
    this.mode = material.mode
    this.#authorities = material.authorities
    this.#revocations = material.revocations
    this.#pins = new Set(material.pins)
    this.#signed = signed
  }

  static async create(material: ClientTrustMaterial): Promise<ClientTrust> {
    const signed = new Map<string, RevocationList[]>()
    for (const authority of material.authorities) {
      const own: RevocationList[] = []
      for (const list of material.revocations) if (await list.isSignedBy(authority)) own.push(list)
      signed.set(authority.fingerprint256, own)
    }
    return new ClientTrust(material, signed)
  }

  /** An empty list of authorities keeps Node from trusting its own, and lets clients offer any certificate. */
  get contextOptions(): SecureContextOptions {
    const ca = this.#authorities.map(String)
    // Node has OpenSSL ask for a list of every certificate in the chain, the root's own included.
    return this.#revocations.length === 0 ? { ca } : { ca, crl: this.#revocations.map(({ pem }) => pem) }
  }

  /** Nobody but its own user vouches for it, so the pin is all there is to judge it by. */
  isPinnedAlone(certificate: X509Certificate): boolean {
    if (!this.#pins.has(fingerprintOf(certificate))) return false
    return this.#authorities.length === 0 || isIssuedBy(certificate, certificate)
  }

  /** @param chain the client's certificate, then the others that it sent */
  refusal([certificate, ...sent]: readonly X509Certificate[], now: Date): Reason | undefined {
    if (certificate === undefined) return 'certificate_missing'
    if (!isValidAt(certificate, now)) return 'certificate_expired'
    if (!isForClients(certificate)) return 'certificate_purpose'
    return this.isPinnedAlone(certificate) ? undefined : this.#chainRefusal(certificate, sent, now)
  }

  /**
   * The first moment after `time`, in milliseconds since 1970, at which a certificate or a list begins or ends, and
   * {@link refusal} may say something else; undefined when none does.
   */
  changeAfter(chain: readonly X509Certificate[], time: number): number | undefined {
    const certificates = [...chain, ...this.#authorities]
    const moments = [
      ...certificates.flatMap(({ validFrom, validTo }) => [Date.parse(validFrom), Date.parse(validTo) + 1]),
      ...this.#revocations.flatMap(({ thisUpdate, nextUpdate }) => [
        thisUpdate.getTime(),
        nextUpdate?.getTime() ?? Number.POSITIVE_INFINITY,
      ]),
    ]
    const next = moments.reduce((a, b) => (b > time ? Math.min(a, b) : a), Number.POSITIVE_INFINITY)
    return Number.isFinite(next) ? next : undefined
  }

  #chainRefusal(leaf: X509Certificate, sent: readonly X509Certificate[], now: Date): Reason | undefined {
    let certificate = leaf
    for (let step = 0; step < LONGEST_CHAIN; step++) {
      const issuer = [...this.#authorities, ...sent].find(each => isIssuedBy(certificate, each))
      if (issuer === undefined) return 'certificate_untrusted'
      if (!isValidAt(issuer, now)) return 'certificate_expired'
      const status = this.#status(certificate, issuer, now)
      if (status !== undefined) return status
      if (issuer.fingerprint256 === certificate.fingerprint256)
        return this.#signed.has(issuer.fingerprint256) ? undefined : 'certificate_untrusted'
      certificate = issuer
    }
    return 'certificate_untrusted'
  }

  #status(certificate: X509Certificate, issuer: X509Certificate, now: Date): Reason | undefined {
    if (this.#revocations.length === 0) return undefined
    const lists = this.#signed.get(issuer.fingerprint256) ?? []
    // CVE-2019-19270: of a list that is too old, what it revoked is still revoked.
    if (lists.some(list => list.revokes(certificate))) return 'certificate_revoked'
    return lists.some(list => list.isCurrent(now)) ? undefined : 'certificate_status_unknown'
  }
}

const isValidAt = ({ validFrom, validTo }: X509Certificate, now: Date): boolean =>
  now.getTime() >= Date.parse(validFrom) && now.getTime() <= Date.parse(validTo)

/** A certificate that names no purpose is good for each. */
const isForClients = ({ keyUsage }: { readonly keyUsage: readonly string[] | undefined }): boolean =>
  keyUsage === undefined || keyUsage.some(purpose => CLIENT_PURPOSES.includes(purpose))

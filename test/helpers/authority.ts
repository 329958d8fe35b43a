import 'reflect-metadata'
import { X509Certificate as NodeCertificate, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { CertificatePair } from '../../src/tls/self-signed.js'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const HOUR = 3_600_000

const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])

export interface Wish {
  /** Subject in the form `CN=acme, O=Acme`. */
  readonly subject?: string
  readonly san?: readonly { type: 'dns' | 'email' | 'url' | 'ip'; value: string }[]
  readonly usage?: readonly ('clientAuth' | 'serverAuth')[]
  /** Hours from now. */
  readonly from?: number
  readonly to?: number
}

export interface Issued extends CertificatePair {
  readonly serial: string
  /** As a user's `certificate.fingerprint`. */
  readonly fingerprint: string
}

/** When a list was made and when the next one is due, in hours from now. */
interface ListTimes {
  readonly from?: number
  readonly to?: number
}

const at = (hours: number): Date => new Date(Date.now() + hours * HOUR)

async function issued(certificate: x509.X509Certificate, keys: CryptoKeyPair): Promise<Issued> {
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const cert = certificate.toString('pem')
  return {
    cert: `${cert}\n`,
    key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
    serial: certificate.serialNumber,
    fingerprint: new NodeCertificate(cert).fingerprint256.replaceAll(':', '').toLowerCase(),
  }
}

type CryptoKeyPair = Awaited<ReturnType<typeof newKeys>>

const extensionsOf = ({ san, usage = ['clientAuth'] }: Wish): x509.Extension[] => [
  new x509.BasicConstraintsExtension(false, undefined, true),
  ...(usage.length > 0
    ? [new x509.ExtendedKeyUsageExtension(usage.map(name => x509.ExtendedKeyUsage[name]))]
    : []),
  ...(san ? [new x509.SubjectAlternativeNameExtension([...san])] : []),
]

let serial = 0

/** A certificate that nobody but its owner vouches for. */
export async function selfSignedClient(wish: Wish = {}): Promise<Issued> {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: wish.subject ?? 'CN=acme',
    notBefore: at(wish.from ?? -1),
    notAfter: at(wish.to ?? 24),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: extensionsOf(wish),
  })
  return issued(certificate, keys)
}

/** A certificate authority for a test: issues certificates and lists of revoked ones. */
export class Authority {
  readonly pem: string
  readonly #certificate: x509.X509Certificate
  readonly #keys: CryptoKeyPair

  private constructor(certificate: x509.X509Certificate, keys: CryptoKeyPair) {
    this.#certificate = certificate
    this.#keys = keys
    this.pem = `${certificate.toString('pem')}\n`
  }

  static async create(name = 'CN=Test CA', parent?: Authority): Promise<Authority> {
    const keys = await newKeys()
    const certificate = await x509.X509CertificateGenerator.create({
      subject: name,
      issuer: parent === undefined ? name : parent.#certificate.subject,
      serialNumber: (++serial).toString(16).padStart(2, '0'),
      notBefore: at(-2),
      notAfter: at(48),
      signingAlgorithm: ALGORITHM,
      signingKey: (parent === undefined ? keys : parent.#keys).privateKey,
      publicKey: keys.publicKey,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    })
    return new Authority(certificate, keys)
  }

  get serial(): string {
    return this.#certificate.serialNumber
  }

  async issue(wish: Wish = {}): Promise<Issued> {
    const keys = await newKeys()
    const certificate = await x509.X509CertificateGenerator.create({
      subject: wish.subject ?? 'CN=acme',
      issuer: this.#certificate.subject,
      serialNumber: (++serial).toString(16).padStart(2, '0'),
      notBefore: at(wish.from ?? -1),
      notAfter: at(wish.to ?? 24),
      signingAlgorithm: ALGORITHM,
      signingKey: this.#keys.privateKey,
      publicKey: keys.publicKey,
      extensions: extensionsOf(wish),
    })
    return issued(certificate, keys)
  }

  /** A revocation list in PEM. */
  async revoke(serials: readonly string[] = [], { from = -1, to = 24 }: ListTimes = {}): Promise<string> {
    const list = await x509.X509CrlGenerator.create({
      issuer: this.#certificate.subject,
      thisUpdate: at(from),
      nextUpdate: at(to),
      signingAlgorithm: ALGORITHM,
      signingKey: this.#keys.privateKey,
      entries: serials.map(serialNumber => ({ serialNumber, revocationDate: at(from) })),
    })
    return `${x509.PemConverter.encode(list.rawData, 'X509 CRL')}\n`
  }
}

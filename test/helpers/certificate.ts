import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { type CertificatePair, createSelfSigned } from '../../src/tls/self-signed.js'

let pair: Promise<CertificatePair> | undefined

/** A certificate for localhost, made once in each test process. */
export const testCertificate = (): Promise<CertificatePair> => {
  pair ??= createSelfSigned({ hosts: ['localhost', '127.0.0.1', '::1'], days: 90 })
  return pair
}

const DAY_MS = 86_400_000
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const rsa = (bits: number, hash: string) => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash,
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: bits,
})

export interface Issuer {
  readonly certificate: x509.X509Certificate
  readonly privateKey: webcrypto.CryptoKey
}

export interface CertificateWish {
  readonly kind?: 'ecdsa' | 'rsa'
  readonly bits?: number
  readonly hash?: 'SHA-1' | 'SHA-256'
  /** In the subjectAltName; none leaves it out. */
  readonly hosts?: readonly string[]
  readonly purposes?: readonly string[]
  readonly usage?: x509.KeyUsageFlags
  readonly days?: number
  /** Signs it; without one it is self-signed. */
  readonly issuer?: Issuer
  readonly isAuthority?: boolean
}

/** Any certificate a test may want, good or not. */
export async function makeCertificate(wish: CertificateWish = {}): Promise<CertificatePair & Issuer> {
  const { kind = 'ecdsa', bits = 2048, hash = 'SHA-256', hosts = ['localhost'], days = 90 } = wish
  const { issuer, purposes = [x509.ExtendedKeyUsage.serverAuth], isAuthority = false } = wish
  const algorithm = kind === 'rsa' ? rsa(bits, hash) : ECDSA
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const extensions: x509.Extension[] = [new x509.BasicConstraintsExtension(isAuthority, undefined, true)]
  if (wish.usage !== undefined) extensions.push(new x509.KeyUsagesExtension(wish.usage, true))
  if (!isAuthority) extensions.push(new x509.ExtendedKeyUsageExtension([...purposes]))
  if (hosts.length > 0)
    extensions.push(
      new x509.SubjectAlternativeNameExtension(hosts.map(value => ({ type: 'dns' as const, value }))),
    )
  const subject = `CN=${isAuthority ? 'Authority of a test' : (hosts[0] ?? 'nameless')}`
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + days * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: issuer?.privateKey ?? keys.privateKey,
    signingAlgorithm: issuer
      ? issuer.privateKey.algorithm.name === 'ECDSA'
        ? ECDSA
        : rsa(bits, hash)
      : algorithm,
    extensions,
  })
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return {
    // One behind another makes a chain.
    cert: `${certificate.toString('pem')}\n`,
    key: x509.PemConverter.encode(key, 'PRIVATE KEY'),
    certificate,
    privateKey: keys.privateKey,
  }
}

import { type CertificatePair, createSelfSigned } from '../../src/tls/self-signed.js'

let pair: Promise<CertificatePair> | undefined

/** A certificate for localhost, made once in each test process. */
export const testCertificate = (): Promise<CertificatePair> => {
  pair ??= createSelfSigned({ hosts: ['localhost', '127.0.0.1', '::1'], days: 2 })
  return pair
}

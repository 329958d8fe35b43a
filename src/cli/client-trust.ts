import { readFile } from 'node:fs/promises'
import type { CertificateRule } from '../auth/certificate-rule.js'
import type { Config, UserConfig } from '../config/schema.js'
import { ClientTrust, parseCertificates } from '../tls/client-trust.js'
import { RevocationList } from '../tls/revocation-list.js'

/** What client certificates are judged by; undefined where none is asked for. @throws Error naming a file */
export async function clientTrust({ tls, users }: Config): Promise<ClientTrust | undefined> {
  const { mode, ca, crl } = tls.clientCertificates
  if (mode === 'off') return undefined
  return ClientTrust.create({
    mode,
    authorities: (await Promise.all(ca.map(file => parsed(file, parseCertificates)))).flat(),
    revocations: (await Promise.all(crl.map(file => parsed(file, RevocationList.parseAll)))).flat(),
    pins: users.flatMap(({ certificate }) => certificate?.fingerprint ?? []),
  })
}

async function parsed<T>(file: string, parse: (content: Buffer) => T): Promise<T> {
  try {
    return parse(await readFile(file))
  } catch (error) {
    throw new Error(`${file} cannot be read`, { cause: error })
  }
}

export function certificateRule({ certificate }: UserConfig): CertificateRule | undefined {
  if (certificate === null) return undefined
  const { fingerprint, subject = {}, san = [] } = certificate
  if (fingerprint !== undefined) return { fingerprints: fingerprint }
  const given = Object.entries(subject).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  )
  return { subject: Object.fromEntries(given), alternative: san }
}

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Config } from '../config/schema.js'
import { shareName } from '../tls/certificate-choice.js'
import { inspectChain, splitPem } from './certificate-chain.js'
import { inspectCertificate } from './certificate-faults.js'
import { inspectKey, inspectKeyFile } from './key-file.js'

export interface Finding {
  /** An error keeps the server from starting. */
  readonly level: 'error' | 'warning'
  /** The key of the configuration it is about. */
  readonly path: string
  readonly message: string
}

/** Takes a finding about one file; the message goes on from its name. */
export type Report = (level: Finding['level'], message: string) => void

/** What is wrong, or will soon be, with the certificates and keys of the configuration. */
export async function inspectCertificates({ tls }: Config, now = Date.now()): Promise<Finding[]> {
  const findings: Finding[] = []
  const seen: { certificate: X509Certificate; file: string }[] = []
  for (const [index, files] of tls.certificates.entries()) {
    const about =
      (part: 'cert' | 'key'): Report =>
      (level, message) =>
        findings.push({
          level,
          path: `tls.certificates[${index}].${part}`,
          message: `${files[part]} ${message}`,
        })
    const chain = await inspectCertFile(files.cert, now, about('cert'))
    const key = await readKey(files.key, about('key'))
    if (key) {
      inspectKey(key, about('key'))
      await inspectKeyFile(files.key, about('key'))
    }
    const [certificate] = chain
    if (!certificate) continue
    if (key && !certificate.checkPrivateKey(key))
      about('key')('error', `does not belong to the certificate ${files.cert}`)
    const rival = seen.find(
      other => kindOf(other.certificate) === kindOf(certificate) && shareName(other.certificate, certificate),
    )
    if (rival)
      about('cert')(
        'warning',
        `is for a name that ${rival.file} has too, with the same kind of key; that one comes first and is used`,
      )
    seen.push({ certificate, file: files.cert })
  }
  return findings
}

const kindOf = ({ publicKey }: X509Certificate): string | undefined => publicKey.asymmetricKeyType

/** The certificates of the file, the server's first; none when it cannot be read. */
async function inspectCertFile(file: string, now: number, report: Report): Promise<X509Certificate[]> {
  const pem = await contentOf(file, report)
  if (pem === undefined) return []
  let chain: X509Certificate[]
  try {
    chain = splitPem(pem).map(block => new X509Certificate(block))
  } catch {
    chain = []
  }
  const [certificate, ...intermediates] = chain
  if (!certificate) {
    report('error', 'is not a certificate in PEM')
    return []
  }
  inspectCertificate(certificate, now, report)
  inspectChain(certificate, intermediates, now, report)
  return chain
}

async function readKey(file: string, report: Report): Promise<KeyObject | undefined> {
  const pem = await contentOf(file, report)
  if (pem === undefined) return undefined
  try {
    return createPrivateKey(pem)
  } catch {
    report(
      'error',
      /ENCRYPTED/.test(pem)
        ? `is protected by a passphrase, which nobody could type at a restart; take it off with: openssl pkey -in ${file} -out NEW_FILE`
        : 'is not a private key in PEM',
    )
    return undefined
  }
}

async function contentOf(file: string, report: Report): Promise<string | undefined> {
  try {
    return await readFile(file, 'latin1')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    report('error', code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`)
    return undefined
  }
}

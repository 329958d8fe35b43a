import { readFile } from 'node:fs/promises'
import { requireUser, setFingerprints } from '../config/edit.js'
import { fingerprintOf, parseCertificates } from '../tls/client-trust.js'
import { EXIT, UsageError } from './exit.js'
import { print } from './print.js'
import { APPLIED } from './user.js'

export interface CertificateOptions {
  readonly config: string
  /** Keep the certificates that the user has. */
  readonly add?: boolean
}

/** Pins the first certificate of the file to the user. */
export async function userCertificate(
  name: string,
  file: string,
  { config: configFile, add = false }: CertificateOptions,
): Promise<number> {
  await requireUser(configFile, name)
  const certificate = await firstOf(file)
  const fingerprint = fingerprintOf(certificate)
  const config = await setFingerprints(configFile, name, fingerprint, add)
  const rule = config.users.find(user => user.name === name)?.certificate
  print(`Subject:      ${JSON.stringify(certificate.subject.replaceAll('\n', ', '))}`)
  print(`Valid until:  ${certificate.validTo}`)
  print(`SHA-256:      ${fingerprint}`)
  const all = rule?.fingerprint?.length ?? 0
  print(
    `User "${name}" logs in with this certificate${all > 1 ? ` or one of ${all - 1} more` : ''}` +
      `${rule?.password === 'required' ? ' and the password' : ' alone'}. ` +
      APPLIED,
  )
  if (Date.parse(certificate.validTo) < Date.now()) print('It has expired: the login will be refused.')
  return EXIT.fine
}

async function firstOf(file: string) {
  let content: Buffer
  try {
    content = await readFile(file)
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  try {
    const [first] = parseCertificates(content)
    if (first) return first
  } catch {
    // Told below.
  }
  throw new UsageError(`${file} is not a certificate in PEM or DER`)
}

import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { inspectCertificate } from '../certificate-faults.js'
import { dnsNames, readCertificate } from './certificate-file.js'
import { Dialogue } from './dialogue.js'
import { type Examination, ok, problem, type Result, type Scene, warning } from './examination.js'
import { NEEDS_CERTIFICATE } from './server.js'

const MOST_NAMES = 20
/** Each is a connection; so much of what one address may have in a while is taken at the most. */
const SHARE = 1 / 4

/** What a client was shown that asked for a name. */
export interface Shown {
  readonly name: string | undefined
  readonly certificate: X509Certificate
  /** Node's word for what is wrong with the chain, for who knows the public authorities only; undefined for nothing. */
  readonly distrust: string | undefined
}

/** Whether clients see the certificates of the configuration, and what they think of them. */
export const certificate: Examination = {
  name: 'certificate',
  async examine(scene, signal) {
    const { config } = scene
    if (config.tls.clientCertificates.mode === 'required')
      return [warning(`not compared with the configuration: ${NEEDS_CERTIFICATE}`)]
    const configured = await readConfigured(config.tls.certificates.map(({ cert }) => cert))
    const { max } = config.auth.limits.connectionsPerAddress
    const most = Math.min(MOST_NAMES, Math.ceil(max * SHARE))
    const names = [...new Set(configured.flatMap(({ x509 }) => nameOf(x509) ?? []))].slice(0, most)
    const results: Result[] = []
    const seen = new Set<string>()
    // Clients that name nobody, or someone else, get the first certificate.
    for (const name of names.length > 0 ? names : [undefined]) {
      let shown: Shown
      try {
        shown = await look(scene, signal, name)
      } catch {
        return [warning('not seen, because the server cannot be reached')]
      }
      const { fingerprint256 } = shown.certificate
      if (seen.has(fingerprint256)) continue
      seen.add(fingerprint256)
      const file = configured.find(({ x509 }) => x509.fingerprint256 === fingerprint256)?.file
      results.push(...judgeShown(shown, file, Date.now()))
    }
    return results
  },
}

/** @param file of the configuration that holds it; undefined for none */
export function judgeShown(
  { name, certificate, distrust }: Shown,
  file: string | undefined,
  now: number,
): Result[] {
  const until = new Date(certificate.validTo).toISOString().slice(0, 10)
  const asked = name === undefined ? 'clients see' : `clients of ${name} see`
  if (file === undefined) {
    const faults: Result[] = []
    inspectCertificate(certificate, now, (level, message) =>
      faults.push(
        level === 'error' ? problem(`what they see ${message}`) : warning(`what they see ${message}`),
      ),
    )
    return [
      problem(
        `${asked} a certificate (valid until ${until}, SHA-256 ${certificate.fingerprint256}) that no file of tls.certificates holds. Were they changed since the server read them? Then: portcullis reload. Or another server has the port`,
      ),
      ...faults,
    ]
  }
  return [ok(`${asked} ${file}, valid until ${until}`), judgeTrust(distrust, certificate.fingerprint256)]
}

function judgeTrust(distrust: string | undefined, fingerprint: string): Result {
  switch (distrust) {
    case undefined:
      return ok('clients that know the public authorities trust it')
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return ok(
        `self-signed: partners accept it once by hand, when they have compared the fingerprint (SHA-256) ${fingerprint}`,
      )
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return ok(
        `not of a public authority: partners need the certificate of yours, or accept it by hand; fingerprint (SHA-256) ${fingerprint}`,
      )
    default:
      return problem(`clients refuse it (${distrust}): renew it, name its files in tls.certificates, reload`)
  }
}

async function look({ target }: Scene, signal: AbortSignal, name: string | undefined): Promise<Shown> {
  using dialogue = await Dialogue.open(target, signal, name)
  const { socket } = dialogue
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) throw new Error('the server showed no certificate')
  // Node says so by a code, against its types; without a name there is nothing to compare the certificate with.
  const code = socket.authorizationError as unknown as string | null
  const distrust = name === undefined && code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? null : code
  await dialogue.reply()
  await dialogue.quit()
  return { name, certificate, distrust: distrust ?? undefined }
}

interface Configured {
  readonly file: string
  readonly x509: X509Certificate
}

async function readConfigured(files: readonly string[]): Promise<Configured[]> {
  const read = files.map(async file => {
    const x509 = await readCertificate(file)
    return x509 === undefined ? [] : [{ file, x509 }]
  })
  return (await Promise.all(read)).flat()
}

/** A host name that the certificate is for; one beneath the wildcard where there is no other. */
function nameOf(x509: X509Certificate): string | undefined {
  const names = dnsNames(x509)
  const name = names.find(each => !each.startsWith('*.')) ?? names[0]?.replace(/^\*/, 'www')
  return name === undefined || isIP(name) !== 0 ? undefined : name
}

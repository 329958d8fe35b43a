import { basename } from 'node:path'
import { dnsNames, readCertificate } from './certificate-file.js'
import type { Scene } from './examination.js'

/** What to run elsewhere: no connection from inside says anything of the firewall and the NAT. */
export async function fromOutside({ config, target }: Scene, user: string): Promise<string> {
  const [first] = config.tls.certificates
  const certificate = first && (await readCertificate(first.cert))
  const names = certificate ? dnsNames(certificate) : []
  const host =
    names.find(name => name.includes('.') && !name.includes('*')) ?? config.passive.publicAddress ?? 'HOST'
  const own = certificate !== undefined && certificate.subject === certificate.issuer
  const trust = own ? ` --cacert ${basename(first?.cert ?? '')}` : ''
  const copy = own ? `, with a copy of ${first?.cert}` : ''
  return `all this came from inside, past firewall and NAT: try from elsewhere too${copy}: curl -v${trust} --user ${quoted(user)} ftps://${host}:${target.port}/`
}

const quoted = (name: string): string =>
  /^[\w.@+-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`

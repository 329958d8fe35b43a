import ipaddr from 'ipaddr.js'
import type { ClientCertificate } from '../core/client-certificate.js'
import type { Compat, Identity, Quota } from '../core/identity.js'
import { Grants, type Preset, type Right } from '../core/permission.js'
import type { Credentials } from '../core/ports.js'
import type { Reason } from '../core/reason.js'
import { parsePath, ROOT } from '../core/virtual-path.js'
import { type CertificateRule, certificateRefusal } from './certificate-rule.js'

/** A user as the configuration has it. */
export interface UserRecord {
  readonly name: string
  /** argon2id in PHC form; undefined where the certificate is enough. */
  readonly passwordHash: string | undefined
  /** The client certificates of which the user must have one; undefined for none. */
  readonly certificate?: CertificateRule | undefined
  /** Absolute host path. */
  readonly home: string
  readonly grants: Iterable<readonly [folder: string, rights: Preset | readonly Right[]]>
  readonly mounts?: readonly {
    readonly at: string
    readonly source: string
    readonly rights: Preset | readonly Right[]
  }[]
  /** Networks in CIDR, or single addresses; undefined for anywhere. An empty list lets nobody in. */
  readonly allowFrom?: readonly string[] | undefined
  /** From this moment on the user cannot log in. */
  readonly expires?: Date | undefined
  readonly disabled?: boolean | undefined
  readonly maxSessions?: number | undefined
  readonly quota?: Quota | undefined
  readonly compat: Compat
}

/** What a login is judged by besides its password. */
type Claimant = Pick<Credentials, 'address' | 'certificate'>

type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

/** One user: the identity a login gives, and what stands in the way of it besides the password. */
export class User {
  readonly identity: Identity
  readonly passwordHash: string | undefined
  readonly #certificate: CertificateRule | undefined
  readonly #networks: readonly Network[] | undefined
  readonly #expires: Date | undefined
  readonly #disabled: boolean

  /** @throws Error for a network that is none */
  constructor(record: UserRecord) {
    this.identity = Object.freeze({
      name: record.name,
      home: record.home,
      grants: new Grants(record.grants),
      mounts: (record.mounts ?? []).map(({ at, source, rights }) => ({
        at: parsePath(at, ROOT),
        source,
        grants: new Grants([['/', rights]]),
      })),
      compat: Object.freeze({ ...record.compat }),
      maxSessions: record.maxSessions,
      quota: record.quota && Object.freeze({ ...record.quota }),
      certificate:
        record.certificate &&
        (record.passwordHash === undefined ? 'in place of password' : 'beside password'),
    })
    this.passwordHash = record.passwordHash
    this.#certificate = record.certificate
    this.#networks = record.allowFrom?.map(parseNetwork)
    this.#expires = record.expires
    this.#disabled = record.disabled ?? false
  }

  /** Why this user may not be logged in at all now; undefined when nothing speaks against it. */
  barred(now: Date): Reason | undefined {
    if (this.#disabled) return 'user_disabled'
    return this.#expires !== undefined && now >= this.#expires ? 'user_expired' : undefined
  }

  /** Why no password helps from this address, with this certificate; undefined when the password decides. */
  refusal({ address, certificate }: Claimant, now: Date): Reason | undefined {
    if (this.barred(now) !== undefined) return this.barred(now)
    return this.#isAllowedFrom(address) ? this.certificateRefusal(certificate) : 'address_not_allowed'
  }

  /** Why this certificate, or having none, is in the way; undefined when it is not. */
  certificateRefusal(certificate: ClientCertificate | undefined): Reason | undefined {
    return this.#certificate && certificateRefusal(this.#certificate, certificate)
  }

  #isAllowedFrom(address: string): boolean {
    if (this.#networks === undefined) return true
    if (!ipaddr.isValid(address)) return false
    const parsed = ipaddr.process(address)
    return this.#networks.some(
      ([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits),
    )
  }
}

function parseNetwork(text: string): Network {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

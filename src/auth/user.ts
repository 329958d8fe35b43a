import { isDeepStrictEqual } from 'node:util'
import type { LoginFactor } from '../core/audit-event.js'
import type { ClientCertificate } from '../core/client-certificate.js'
import type { Compat, Identity, Quota } from '../core/identity.js'
import type { Credentials } from '../core/login-ports.js'
import { Networks } from '../core/networks.js'
import { Grants, type Preset, type Right } from '../core/permission.js'
import type { Reason } from '../core/reason.js'
import { parsePath, ROOT } from '../core/virtual-path.js'
import { type CertificateRule, certificateRefusal } from './certificate-rule.js'
import { Hours, type HoursRecord } from './hours.js'
import { TotpSecret } from './totp.js'

/** A user as the configuration has it. */
export interface UserRecord {
  readonly name: string
  /** argon2id in PHC form; undefined where the certificate is enough. */
  readonly passwordHash: string | undefined
  /** Base32 of the secret that one-time codes are made of; undefined where the password is enough. */
  readonly totp?: string | undefined
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
  /** Before this moment the user cannot log in. */
  readonly validFrom?: Date | undefined
  /** From this moment on the user cannot log in. */
  readonly expires?: Date | undefined
  /** Outside them the user cannot log in; undefined for always. */
  readonly hours?: HoursRecord | undefined
  readonly disabled?: boolean | undefined
  readonly maxSessions?: number | undefined
  readonly quota?: Quota | undefined
  readonly compat: Compat
}

/** What a login, or a session, is judged by besides what was typed. */
export type Claimant = Pick<Credentials, 'address' | 'certificate'>

/** One user: the identity a login gives, and what stands in the way of it besides the password. */
export class User {
  readonly identity: Identity
  readonly passwordHash: string | undefined
  readonly totp: TotpSecret | undefined
  readonly #certificate: CertificateRule | undefined
  readonly #networks: Networks | undefined
  readonly #validFrom: Date | undefined
  readonly #expires: Date | undefined
  readonly #hours: Hours | undefined
  readonly #disabled: boolean

  /** @throws Error for a network or a time zone that is none, or a secret that is no base32 */
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
    })
    this.passwordHash = record.passwordHash
    this.totp = record.totp === undefined ? undefined : new TotpSecret(record.totp)
    this.#certificate = record.certificate
    this.#networks = record.allowFrom && new Networks(record.allowFrom)
    this.#validFrom = record.validFrom
    this.#expires = record.expires
    this.#hours = record.hours && new Hours(record.hours)
    this.#disabled = record.disabled ?? false
  }

  /** Why this user may not be logged in at all now; undefined when nothing speaks against it. */
  barred(now: Date): Reason | undefined {
    if (this.#disabled) return 'user_disabled'
    if (this.#validFrom !== undefined && now < this.#validFrom) return 'user_not_yet_valid'
    if (this.#expires !== undefined && now >= this.#expires) return 'user_expired'
    return this.#hours?.allows(now.getTime()) === false ? 'outside_hours' : undefined
  }

  /**
   * Until when somebody who is not refused now will not be, with this certificate, in milliseconds since 1970; undefined
   * when time alone never does it.
   */
  until(now: Date, certificate: ClientCertificate | undefined): number | undefined {
    const time = now.getTime()
    const ends = [
      this.#expires?.getTime(),
      this.#hours?.changeAfter(time),
      this.#certificate && certificate?.changeAfter(time),
    ]
    return ends.filter(end => end !== undefined).sort((a, b) => a - b)[0]
  }

  /** Why no password helps from this address, with this certificate; undefined when the password decides. */
  refusal({ address, certificate }: Claimant, now: Date): Reason | undefined {
    const barred = this.barred(now)
    if (barred !== undefined) return barred
    if (this.#networks?.has(address) === false) return 'address_not_allowed'
    return this.certificateRefusal(certificate)
  }

  /** Why this certificate, or having none, is in the way; undefined when it is not. */
  certificateRefusal(certificate: ClientCertificate | undefined): Reason | undefined {
    return this.#certificate && certificateRefusal(this.#certificate, certificate)
  }

  /** By what somebody proves to be this user who was asked for all of it. */
  get factor(): LoginFactor {
    if (this.#certificate === undefined) return this.totp ? 'password+totp' : 'password'
    if (this.passwordHash === undefined) return 'certificate'
    return this.totp ? 'certificate+password+totp' : 'certificate+password'
  }

  /** Whether the certificates that are this user's are others than before a reload. */
  hasOtherCertificates(before: User): boolean {
    return !isDeepStrictEqual(before.#certificate, this.#certificate)
  }

  /** Why who proved to be this user before a reload has to do so again; undefined when nothing of that has changed. */
  changedSince(before: User): Reason | undefined {
    if (before.passwordHash !== this.passwordHash) return 'wrong_password'
    if (before.totp?.text === this.totp?.text) return undefined
    return before.totp === undefined ? 'code_missing' : 'wrong_code'
  }
}

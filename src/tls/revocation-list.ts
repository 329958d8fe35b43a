import 'reflect-metadata'
import type { X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { derBlocks } from './pem.js'

/** A certificate revocation list (RFC 5280 §5). */
export class RevocationList {
  readonly pem: string
  /** Its issuer, for people. */
  readonly issuer: string
  readonly thisUpdate: Date
  /** From then on it says nothing any more; undefined when it has no end. */
  readonly nextUpdate: Date | undefined
  readonly #list: x509.X509Crl
  readonly #serials: ReadonlySet<string>

  private constructor(der: Buffer) {
    this.#list = new x509.X509Crl(der)
    this.pem = x509.PemConverter.encode(der, 'X509 CRL')
    this.issuer = this.#list.issuer
    this.thisUpdate = this.#list.thisUpdate
    this.nextUpdate = this.#list.nextUpdate
    // CVE-2019-19269: a list may name nobody.
    this.#serials = new Set((this.#list.entries ?? []).map(({ serialNumber }) => plainSerial(serialNumber)))
  }

  /** All lists of a file, in PEM or one in DER. @throws Error when it holds none, or one that cannot be read */
  static parseAll(file: Buffer): RevocationList[] {
    return derBlocks(file, 'X509 CRL').map(der => new RevocationList(der))
  }

  /** Whether this authority, and not only one of its name, signed the list. */
  async isSignedBy(authority: X509Certificate): Promise<boolean> {
    const issuer = new x509.X509Certificate(authority.raw)
    if (issuer.subject !== this.issuer) return false
    try {
      return await this.#list.verify({ publicKey: issuer })
    } catch {
      return false
    }
  }

  isCurrent(now: Date): boolean {
    return now >= this.thisUpdate && (this.nextUpdate === undefined || now < this.nextUpdate)
  }

  revokes({ serialNumber }: X509Certificate): boolean {
    return this.#serials.has(plainSerial(serialNumber))
  }
}

/** The same number is written with and without zeros in front. */
const plainSerial = (hex: string): string => hex.toLowerCase().replace(/^0+(?=.)/, '')

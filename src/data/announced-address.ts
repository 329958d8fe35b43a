import { lookup } from 'node:dns/promises'
import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Endpoint } from '../core/endpoint.js'
import { Fault } from '../core/fault.js'

/** A host name is resolved again after so long, because an address at home or in a cloud changes. */
const RESOLVE_AGAIN_MS = 60_000

export interface AnnounceOptions {
  /** IPv4 address or host name; undefined: the address the client reached. */
  readonly publicAddress: string | undefined
  /** Other addresses for clients in certain networks (CIDR), the first match counts. */
  readonly overrides: readonly { readonly networks: readonly string[]; readonly address: string }[]
}

/** Which IPv4 address PASV tells: behind NAT the client must be told the outer one. */
export class AnnouncedAddress {
  readonly #options: AnnounceOptions
  #resolved: { address: string; at: number } | undefined

  constructor(options: AnnounceOptions) {
    this.#options = options
  }

  /** @throws Fault `no_ipv4` when the control connection is IPv6 and no public address is set or resolves */
  async forClient(peer: Endpoint, local: Endpoint): Promise<string> {
    const client = ipaddr.process(peer.address)
    const override = this.#options.overrides.find(({ networks }) =>
      networks.some(network => {
        const [base, bits] = ipaddr.parseCIDR(network)
        return base.kind() === client.kind() && client.match(base, bits)
      }),
    )
    const announced = override?.address ?? this.#options.publicAddress
    if (announced !== undefined) return isIPv4(announced) ? announced : await this.#resolve(announced)
    if (local.family === 6) throw new Fault('no_ipv4')
    return local.address
  }

  async #resolve(name: string): Promise<string> {
    const now = performance.now()
    if (this.#resolved && now - this.#resolved.at < RESOLVE_AGAIN_MS) return this.#resolved.address
    try {
      const { address } = await lookup(name, { family: 4 })
      this.#resolved = { address, at: now }
      return address
    } catch (error) {
      // An old answer is more likely right than none.
      if (this.#resolved) return this.#resolved.address
      throw new Fault('no_ipv4', { cause: error })
    }
  }
}

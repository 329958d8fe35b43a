import { isIPv4 } from 'node:net'
import type { Endpoint } from '../core/endpoint.js'
import { Fault } from '../core/fault.js'
import type { Networks } from '../core/networks.js'
import { HostName, type HostNameOptions } from './host-name.js'

export interface AnnounceOptions {
  /** IPv4 address or host name; undefined: the address the client reached. */
  readonly publicAddress: string | undefined
  /** Other addresses for clients in certain networks, the first match counts. */
  readonly overrides: readonly { readonly networks: Networks; readonly address: string }[]
}

/** Which IPv4 address PASV tells: behind NAT the client must be told the outer one. */
export class AnnouncedAddress implements Disposable {
  readonly #resolving: HostNameOptions
  #options: AnnounceOptions = { publicAddress: undefined, overrides: [] }
  #hostName: HostName | undefined

  constructor(resolving: HostNameOptions) {
    this.#resolving = resolving
  }

  /** Takes other options; a host name has been looked up when it resolves. */
  async replace(options: AnnounceOptions): Promise<void> {
    const { publicAddress } = options
    const before = this.#hostName
    const name = publicAddress === undefined || isIPv4(publicAddress) ? undefined : publicAddress
    const hostName =
      name === undefined || name === before?.name ? before : await HostName.watch(name, this.#resolving)
    this.#options = options
    this.#hostName = name === undefined ? undefined : hostName
    if (before !== this.#hostName) before?.[Symbol.dispose]()
  }

  /** @throws Fault `no_ipv4` when the client came by IPv6 and no public address is set, or none is known yet */
  forClient(peer: Endpoint, reached: Endpoint): string {
    const { overrides, publicAddress } = this.#options
    const override = overrides.find(({ networks }) => networks.has(peer.address))
    if (override) return override.address
    const address = this.#hostName ? this.#hostName.address : (publicAddress ?? ipv4Of(reached))
    if (address === undefined) throw new Fault('no_ipv4')
    return address
  }

  [Symbol.dispose](): void {
    this.#hostName?.[Symbol.dispose]()
  }
}

const ipv4Of = ({ family, address }: Endpoint): string | undefined => (family === 4 ? address : undefined)

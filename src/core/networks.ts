import ipaddr from 'ipaddr.js'

type Network = readonly [base: ipaddr.IPv4 | ipaddr.IPv6, bits: number]

/** Where an address may lie: networks, parsed once. */
export class Networks {
  /** As they were given. */
  readonly texts: readonly string[]
  readonly #all: readonly Network[]

  /** @param texts networks in CIDR, or single addresses; none holds nobody. @throws Error for what is neither */
  constructor(texts: Iterable<string>) {
    this.texts = [...texts]
    this.#all = this.texts.map(parse)
  }

  /** IPv4-mapped addresses count as IPv4, and an IPv4 one is never in an IPv6 network. What is no address is nowhere. */
  has(address: string): boolean {
    if (this.#all.length === 0 || !ipaddr.isValid(address)) return false
    const parsed = ipaddr.process(address)
    return this.#all.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits))
  }
}

function parse(text: string): Network {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

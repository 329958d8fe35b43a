import ipaddr from 'ipaddr.js'

/** Whether the address lies in one of the networks (CIDR); an IPv4 one is never in an IPv6 network. */
export function inNetworks(address: string, networks: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return networks.some(network => {
    const [base, bits] = ipaddr.parseCIDR(network)
    return base.kind() === parsed.kind() && parsed.match(base, bits)
  })
}

import ipaddr from 'ipaddr.js'

/** What one customer of a provider usually gets; counting single addresses would count nothing. */
const IPV6_PREFIX = 64

/**
 * What counts as one address: IPv4 as it is, IPv6 by its /64, IPv4-mapped IPv6 as the IPv4 it stands for. Text
 * that is no address counts as itself.
 */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  const network = ipaddr.IPv6.networkAddressFromCIDR(
    `${parsed.toNormalizedString().replace(/%.*/, '')}/${IPV6_PREFIX}`,
  )
  return `${network.toRFC5952String()}/${IPV6_PREFIX}`
}

import { isIP, isIPv4, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import * as z from 'zod'

// Addresses, networks and ports. As in scalars.ts, each error completes "expected …".

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/
/** All digits and dots: meant as an address, so it must be a right one. */
const LIKE_AN_ADDRESS = /^[0-9.]+$/

export const isHostName = (text: string): boolean => HOST_NAME.test(text) && !LIKE_AN_ADDRESS.test(text)

export const address = () => {
  const expected = 'an IPv4 or IPv6 address; "::" for all'
  return z
    .string({ error: expected })
    .refine(text => isIP(text) !== 0, expected)
    .meta({ title: 'address' })
}

export const ipv4 = () => {
  const expected = 'an IPv4 address such as 203.0.113.10 (PASV can give no other)'
  return z.string({ error: expected }).refine(isIPv4, expected).meta({ title: 'IPv4 address' })
}

export const ipv4OrHostName = () => {
  const expected = 'an IPv4 address or a host name (PASV can give no other)'
  return z
    .string({ error: expected })
    .refine(text => isIPv4(text) || isHostName(text), expected)
    .meta({ title: 'IPv4 address or host name' })
}

/** A network as `address/bits`; undefined when it is none. Bits beyond the prefix are cleared. */
export function normaliseNetwork(text: string): string | undefined {
  const [host = '', bits, ...more] = text.split('/')
  const family = isIP(host)
  if (family === 0 || more.length > 0 || host.includes('%')) return undefined
  const prefix = bits ?? (family === 4 ? '32' : '128')
  if (!/^[0-9]{1,3}$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128)) return undefined
  // Peers are compared with IPv4-mapped addresses unwrapped, so such a network would match nobody.
  if (isIPv6(host) && ipaddr.IPv6.parse(host).isIPv4MappedAddress()) return undefined
  const parsed = `${host}/${Number(prefix)}`
  const base =
    family === 4 ? ipaddr.IPv4.networkAddressFromCIDR(parsed) : ipaddr.IPv6.networkAddressFromCIDR(parsed)
  return `${base.toString()}/${Number(prefix)}`
}

const sameNetwork = (text: string, normal: string): boolean => {
  const [host = ''] = text.split('/')
  const [base = ''] = normal.split('/')
  return ipaddr.parse(host).toString() === ipaddr.parse(base).toString()
}

/** A network in CIDR form; one address alone stands for itself. Normalised to `address/bits`. */
export const network = () => {
  const expected = 'a network such as 203.0.113.0/24 or 2001:db8::/32'
  return z
    .string({ error: expected })
    .superRefine((text, context) => {
      const normal = normaliseNetwork(text)
      if (normal !== undefined && sameNetwork(text, normal)) return
      context.addIssue({ code: 'custom', message: expected, params: { nearest: normal } })
    })
    .transform(text => normaliseNetwork(text) ?? text)
    .meta({ title: 'network' })
}

const PORTS = 'a port, a range such as 50000-50099, or a list of them'

function portsOf(text: string | number): number[] | undefined {
  const [, first, last] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(String(text)) ?? []
  const from = Number(first)
  const to = Number(last ?? first)
  if (!(from >= 1 && from <= to && to <= 65_535)) return undefined
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

const portOrRange = () =>
  z
    .union([z.string(), z.int()], { error: PORTS })
    .refine(value => portsOf(value) !== undefined, PORTS)
    .meta({ title: 'port or range' })

/** Ports as an ascending list without repeats. */
export const ports = () =>
  z
    .union([portOrRange(), z.array(portOrRange(), { error: PORTS }).min(1, PORTS)], { error: PORTS })
    .transform(value => {
      const all = [value].flat().flatMap(item => portsOf(item) ?? [])
      return [...new Set(all)].sort((a, b) => a - b)
    })
    .meta({ title: 'ports' })

const STORE =
  'memory, or the address of a server: redis://[user:password@]host[:port][/database] or rediss:// for TLS'

function isStoreAddress(text: string): boolean {
  if (text === 'memory') return true
  if (!URL.canParse(text)) return false
  const { protocol, hostname, pathname, search, hash } = new URL(text)
  const isRedis = protocol === 'redis:' || protocol === 'rediss:'
  return isRedis && hostname !== '' && /^(\/\d{0,5})?$/.test(pathname) && search === '' && hash === ''
}

export const storeAddress = () =>
  z.string({ error: STORE }).refine(isStoreAddress, STORE).meta({ title: '`memory` or server address' })

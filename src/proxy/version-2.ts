import ipaddr from 'ipaddr.js'
import { type Endpoint, endpoint } from '../core/endpoint.js'
import { crc32c } from './crc32c.js'
import type { ParsedHeader } from './header.js'

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const FIXED_BYTES = 16
/** The specification promises less than 536; what proxies add about TLS and their cloud stays below this. */
const MOST_BYTES = 4096
const LOCAL = 0x20
const PROXY = 0x21
const TCP_OVER_IPV4 = 0x11
const TCP_OVER_IPV6 = 0x21
/** The largest family and the largest transport there are, AF_UNIX and DGRAM. */
const MOST_FAMILY = 0x3
const MOST_TRANSPORT = 0x2
/** Both addresses and both ports, or both paths. */
const ADDRESS_BYTES: readonly number[] = [0, 12, 36, 216]
const PP2_TYPE_CRC32C = 0x03

/** What a proxy sends that speaks for itself. */
export const LOCAL_HEADER = Buffer.concat([SIGNATURE, Buffer.from([LOCAL, 0, 0, 0])])

export const startsLikeVersion2 = (received: Buffer): boolean =>
  received.subarray(0, SIGNATURE.length).equals(SIGNATURE.subarray(0, received.length))

/** The binary header (proxy-protocol.txt §2.2). What is wrong is known as soon as its byte is there. */
export function version2(received: Buffer): ParsedHeader {
  const command = received[12]
  if (command !== undefined && command !== LOCAL && command !== PROXY) return 'malformed'
  if (received.length < FIXED_BYTES) return 'incomplete'
  const bytes = FIXED_BYTES + received.readUInt16BE(14)
  if (bytes > MOST_BYTES) return 'malformed'
  if (received.length < bytes) return 'incomplete'
  if (command === LOCAL) return { kind: 'local', bytes }
  return proxied(received.subarray(0, bytes))
}

function proxied(header: Buffer): ParsedHeader {
  const protocol = header.readUInt8(13)
  const [family, transport] = [protocol >> 4, protocol & 0xf]
  if (family > MOST_FAMILY || transport > MOST_TRANSPORT) return 'malformed'
  const bytes = header.length
  // Its size is not told, so nothing can be found behind it.
  if (family === 0) return { kind: 'local', bytes }
  const extensions = FIXED_BYTES + (ADDRESS_BYTES[family] ?? 0)
  if (bytes < extensions || !checked(header, extensions)) return 'malformed'
  if (protocol === TCP_OVER_IPV4) return { kind: 'proxied', ...ends(header, 4), bytes }
  if (protocol === TCP_OVER_IPV6) return { kind: 'proxied', ...ends(header, 16), bytes }
  // Nothing that could have come over TCP (UDP, a path): the socket's own ends count, as for an unknown one.
  return { kind: 'local', bytes }
}

function ends(header: Buffer, size: 4 | 16): { source: Endpoint; destination: Endpoint } {
  const end = (at: number, portAt: number) => {
    const bytes = [...header.subarray(at, at + size)]
    // An IPv4 client of an IPv6 proxy comes IPv4-mapped.
    const address = ipaddr.process(ipaddr.fromByteArray(bytes).toString())
    return endpoint(address.toString(), header.readUInt16BE(portAt))
  }
  const ports = FIXED_BYTES + 2 * size
  return { source: end(FIXED_BYTES, ports), destination: end(FIXED_BYTES + size, ports + 2) }
}

/** Whether the extensions (§2.2.1) fill the rest exactly, and a checksum among them is right. */
function checked(header: Buffer, start: number): boolean {
  for (let at = start; at < header.length; ) {
    if (at + 3 > header.length) return false
    const length = header.readUInt16BE(at + 1)
    const next = at + 3 + length
    if (next > header.length) return false
    if (header[at] === PP2_TYPE_CRC32C) {
      if (length !== 4) return false
      const zeroed = Buffer.from(header).fill(0, at + 3, next)
      if (crc32c(zeroed) !== header.readUInt32BE(at + 3)) return false
    }
    at = next
  }
  return true
}

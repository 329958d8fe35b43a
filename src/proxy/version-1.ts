import ipaddr from 'ipaddr.js'
import { type Endpoint, endpoint } from '../core/endpoint.js'
import type { ParsedHeader } from './header.js'

/** Longest line, its CRLF included (proxy-protocol.txt §2.1). */
export const VERSION_1_BYTES = 107

const START = Buffer.from('PROXY ')
const PORT = /^(0|[1-9]\d{0,4})$/
/** Nothing that `ipaddr.js` would take beyond the canonical forms, such as a zone. */
const IPV6 = /^[0-9a-fA-F:.]{2,45}$/

export const startsLikeVersion1 = (received: Buffer): boolean =>
  received.subarray(0, START.length).equals(START.subarray(0, received.length))

/** A line up to its LF: `PROXY TCP4 192.0.2.1 198.51.100.1 56324 990\r\n`. */
export function version1(line: Buffer): ParsedHeader {
  const text = line.toString('latin1')
  if (!text.endsWith('\r\n') || text.indexOf('\r') !== text.length - 2) return 'malformed'
  const words = text.slice(0, -2).split(' ')
  const [, family, source, destination, sourcePort, destinationPort] = words
  // What follows it is to be ignored.
  if (family === 'UNKNOWN') return { kind: 'local', bytes: line.length }
  if ((family !== 'TCP4' && family !== 'TCP6') || words.length !== 6) return 'malformed'
  const from = end(family, source, sourcePort)
  const to = end(family, destination, destinationPort)
  return from && to ? { kind: 'proxied', source: from, destination: to, bytes: line.length } : 'malformed'
}

function end(family: 'TCP4' | 'TCP6', address = '', port = ''): Endpoint | undefined {
  if (!PORT.test(port) || Number(port) > 65_535) return undefined
  if (family === 'TCP4')
    return ipaddr.IPv4.isValidFourPartDecimal(address) && !/(^|\.)0\d/.test(address)
      ? endpoint(address, Number(port))
      : undefined
  return IPV6.test(address) && ipaddr.IPv6.isValid(address)
    ? endpoint(ipaddr.process(address).toString(), Number(port))
    : undefined
}

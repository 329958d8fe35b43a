import type { Endpoint } from '../core/endpoint.js'
import { startsLikeVersion1, VERSION_1_BYTES, version1 } from './version-1.js'
import { startsLikeVersion2, version2 } from './version-2.js'

/** What a whole header says. */
export type ProxyHeader = { readonly bytes: number } & (
  | { readonly kind: 'proxied'; readonly source: Endpoint; readonly destination: Endpoint }
  /** The proxy itself is the client, or does not know who is: what the socket says counts. */
  | { readonly kind: 'local' }
)

export type ParsedHeader = ProxyHeader | 'incomplete' | 'malformed'

/**
 * The PROXY protocol header at the beginning of `received` (HAProxy's proxy-protocol.txt §2), in either version. The
 * same bytes give the same answer however they were cut on their way.
 */
export function parseProxyHeader(received: Buffer): ParsedHeader {
  if (startsLikeVersion2(received)) return version2(received)
  if (!startsLikeVersion1(received)) return 'malformed'
  const line = received.subarray(0, VERSION_1_BYTES)
  const end = line.indexOf('\n')
  if (end >= 0) return version1(line.subarray(0, end + 1))
  return line.length < VERSION_1_BYTES ? 'incomplete' : 'malformed'
}

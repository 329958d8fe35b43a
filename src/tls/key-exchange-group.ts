/** Names of the groups of policy.ts by their numbers (IANA, TLS Supported Groups). */
const GROUPS: ReadonlyMap<number, string> = new Map([
  [0x11ec, 'X25519MLKEM768'],
  [0x001d, 'X25519'],
  [0x0017, 'P-256'],
  [0x0018, 'P-384'],
  [0x0019, 'P-521'],
])

const SEQUENCE = 0x30
/** `kex_group`, [19] EXPLICIT, in OpenSSL's SSL_SESSION (ssl/ssl_asn1.c, since 3.0). */
const KEX_GROUP = 0xb3

/**
 * The group of a handshake, read from its serialised session: Node's `getEphemeralKeyInfo` tells it to clients only.
 * Undefined where the session does not have it.
 */
export function keyExchangeGroup(session: Buffer | undefined): string | undefined {
  if (!session) return undefined
  try {
    const number = findGroup(session)
    return number === undefined ? undefined : (GROUPS.get(number) ?? `0x${number.toString(16)}`)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function findGroup(session: Buffer): number | undefined {
  if (session.readUInt8(0) !== SEQUENCE) return undefined
  for (let at = contentOf(session, 0).start; at < session.length; ) {
    const { start, length } = contentOf(session, at)
    if (session.readUInt8(at) === KEX_GROUP) {
      const inner = contentOf(session, start)
      return session.readUIntBE(inner.start, inner.length)
    }
    at = start + length
  }
  return undefined
}

/** DER: a tag of one byte, then the length in one byte, or the number of the bytes it takes and these. */
function contentOf(der: Buffer, at: number): { start: number; length: number } {
  const first = der.readUInt8(at + 1)
  if (first < 0x80) return { start: at + 2, length: first }
  const size = first & 0x7f
  return { start: at + 2 + size, length: der.readUIntBE(at + 2, size) }
}

import type { Socket } from 'node:net'

/** RFC 8446 §5.1: type, version and length in front of each record. */
const RECORD_HEADER = 5
const HANDSHAKE = 22
/** A record, even an encrypted one, is never longer. */
const MOST_BYTES = RECORD_HEADER + 16_384 + 256
/** RFC 6066 §3 */
const SERVER_NAME = 0
/** What a certificate can be for: letters, digits, dots, hyphens, and the underscore that some inner networks use. */
const HOST_NAME = /^[a-z0-9._-]{1,253}$/
/** RFC 8446 §4.2.11 */
const PRE_SHARED_KEY = 41
/** Length of the ids OpenSSL gives to sessions that the server keeps. */
const SESSION_ID_BYTES = 32

/**
 * Reads the first TLS record of a connection and puts it back, for the handshake that comes next.
 *
 * @throws Error when the connection ends before, or the signal's reason; the socket is destroyed then
 */
export function peekClientHello(raw: Socket, signal?: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let hello: Buffer = Buffer.alloc(0)
    const settle = (finish: () => void) => {
      signal?.removeEventListener('abort', onAbort)
      raw.off('readable', onReadable).off('end', onEnd).off('close', onEnd)
      finish()
    }
    const fail = (error: unknown) =>
      settle(() => {
        raw.destroy()
        reject(error)
      })
    const onReadable = () => {
      for (let chunk = raw.read(); chunk !== null; chunk = raw.read())
        hello = Buffer.concat([hello, chunk as Buffer])
      if (!isWhole(hello)) return
      settle(() => {
        raw.unshift(hello)
        resolve(hello)
      })
    }
    const onEnd = () => fail(new Error('closed before the TLS handshake'))
    const onAbort = () => fail(signal?.reason)
    raw.on('readable', onReadable).once('end', onEnd).once('close', onEnd)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    // What was put back before brings no event of its own.
    else if (raw.readableLength > 0) onReadable()
  })
}

/** What is no handshake, or too long, is whole at once: refusing it is for TLS to do. */
function isWhole(bytes: Buffer): boolean {
  if (bytes.length < RECORD_HEADER) return false
  return bytes[0] !== HANDSHAKE || bytes.length >= Math.min(RECORD_HEADER + bytes.readUInt16BE(3), MOST_BYTES)
}

/** The first id among the TLS 1.3 sessions that a ClientHello offers to resume; undefined when it offers none. */
export function offeredSession(record: Buffer): Buffer | undefined {
  return read(record, PRE_SHARED_KEY, firstId)
}

/** The host name that a ClientHello asks for (SNI, RFC 6066 §3), in lower case; undefined when it names none. */
export function offeredName(record: Buffer): string | undefined {
  return read(record, SERVER_NAME, hostName)
}

/** Looks for an extension (RFC 8446 §4.1.2) and reads it; undefined where there is none. */
function read<T>(
  record: Buffer,
  type: number,
  from: (record: Buffer, start: number) => T | undefined,
): T | undefined {
  try {
    const start = extension(record, type)
    return start === undefined ? undefined : from(record, start)
  } catch (error) {
    // It ends too early, or is none: TLS will say so.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function extension(record: Buffer, type: number): number | undefined {
  // handshake header, version, random
  let at = RECORD_HEADER + 4 + 2 + 32
  at += 1 + record.readUInt8(at) // session id
  at += 2 + record.readUInt16BE(at) // cipher suites
  at += 1 + record.readUInt8(at) // compression methods
  const end = at + 2 + record.readUInt16BE(at)
  for (at += 2; at < end; at += 4 + record.readUInt16BE(at + 2))
    if (record.readUInt16BE(at) === type) return at + 4
  return undefined
}

function hostName(record: Buffer, start: number): string | undefined {
  // length of the list, then of its only entry, of type host_name
  if (record.readUInt8(start + 2) !== 0) return undefined
  const length = record.readUInt16BE(start + 3)
  const name = record.toString('latin1', start + 5, start + 5 + length).toLowerCase()
  return HOST_NAME.test(name) ? name : undefined
}

function firstId(record: Buffer, start: number): Buffer | undefined {
  const end = start + 2 + record.readUInt16BE(start)
  for (let at = start + 2; at < end; ) {
    const length = record.readUInt16BE(at)
    if (length === SESSION_ID_BYTES) return record.subarray(at + 2, at + 2 + length)
    // the age of the ticket stands behind each
    at += 2 + length + 4
  }
  return undefined
}

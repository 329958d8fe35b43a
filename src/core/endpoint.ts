/** An address with its port; IPv4 never in its IPv6-mapped form. */
export interface Endpoint {
  readonly address: string
  readonly port: number
  readonly family: 4 | 6
}

/** Listening there is listening at every address of the machine; nobody connects to it. */
export const isEveryAddress = (address: string): boolean => address === '::' || address === '0.0.0.0'

/** What the operating system reports for a socket; a dual-stack listener shows IPv4 peers as `::ffff:192.0.2.1`. */
export function endpoint(address: string | undefined, port: number | undefined): Endpoint {
  const plain = (address ?? '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
  return { address: plain, port: port ?? 0, family: plain.includes(':') ? 6 : 4 }
}

/** The ends of a connection. Behind a proxy that says so, the client's view and the socket's differ. */
export interface Ends {
  /** The client. */
  readonly peer: Endpoint
  /** What the client connected to: behind a proxy an address of the proxy, or of what is in front of it. */
  readonly reached: Endpoint
  /** This machine's end of the socket. */
  readonly local: Endpoint
  /** Address of the proxy whose header named the client. */
  readonly proxy?: string | undefined
  /** Of the header, which was read from the socket: what comes next is the client's. */
  readonly headerBytes: number
}

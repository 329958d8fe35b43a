import type { Endpoint } from '../core/endpoint.js'
import { Fault } from '../core/fault.js'
import type { Identity } from '../core/identity.js'
import type { ByteSink, ByteSource, DataChannel, ReceiveResult, TransferOptions } from '../core/ports.js'
import type { TransferResult } from '../core/transfer.js'
import type { AnnouncedAddress } from './announced-address.js'
import type { Bandwidth, Direction, Share } from './bandwidth.js'
import type { DataConnection, DataTimeouts, ListenOrder } from './data-connection.js'

export interface PassiveChannelOptions {
  readonly peer: Endpoint
  /** What the client connected to. */
  readonly reached: Endpoint
  /** Address to listen on. */
  readonly host: string
  /** Address to listen on for IPv4 where the control connection is IPv6; undefined when there is none. */
  readonly hostForIPv4: string | undefined
  readonly announced: AnnouncedAddress
  readonly bandwidth: Bandwidth
  readonly timeouts: DataTimeouts
  /** Bound to the control connection's TLS sessions. @throws Fault `no_passive_port` */
  listen(order: ListenOrder): Promise<DataConnection>
}

/** The data connections of one session: passive only, one at a time, TLS always. */
export class PassiveChannel implements DataChannel {
  readonly #options: PassiveChannelOptions
  /** What PASV made, until a transfer takes it. */
  #listening: DataConnection | undefined
  #running: DataConnection | undefined
  /** Whose transfer PASV was for. */
  #user = ''

  constructor(options: PassiveChannelOptions) {
    this.#options = options
  }

  get progress(): number | undefined {
    return this.#running?.progress
  }

  async listen(family: 4 | 6, user: Identity): Promise<{ address: string; port: number }> {
    // Before the new one, so that a range of one port works.
    await this.reset()
    const { peer, reached, announced, timeouts } = this.#options
    const address = family === 4 ? announced.forClient(peer, reached) : reached.address
    // Which IPv4 address a client has that came by IPv6 nobody knows, so its TLS session must show that it is the one.
    const otherFamily = family !== peer.family
    const requireResumption = user.compat.dataSession === 'require'
    const host = otherFamily ? this.#options.hostForIPv4 : this.#options.host
    if (host === undefined || (otherFamily && !requireResumption)) throw new Fault('no_ipv4')
    this.#user = user.name
    this.#listening = await this.#options.listen({
      host,
      peer: peer.address,
      otherFamily,
      requireResumption,
      requireCloseNotify: user.compat.close === 'strict',
      timeouts,
    })
    return { address, port: this.#listening.port }
  }

  send(source: ByteSource, options: TransferOptions): Promise<TransferResult> {
    return this.#transfer('download', (connection, share) => connection.send(source, share, options))
  }

  receive(sink: ByteSink, options: TransferOptions): Promise<ReceiveResult> {
    return this.#transfer('upload', (connection, share) => connection.receive(sink, share, options))
  }

  async reset(): Promise<void> {
    const connection = this.#listening
    this.#listening = undefined
    await connection?.[Symbol.asyncDispose]()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.reset()
  }

  async #transfer<T>(
    direction: Direction,
    transfer: (connection: DataConnection, share: Share) => Promise<T>,
  ): Promise<T> {
    const connection = this.#listening
    this.#listening = undefined
    if (!connection) throw new Fault('no_passive')
    using share = this.#options.bandwidth.share(this.#user, direction)
    this.#running = connection
    try {
      return await transfer(connection, share)
    } finally {
      this.#running = undefined
    }
  }
}

import type { AuditEvent } from '../core/audit-event.js'
import type { ByteSink, ByteSource, ReceiveResult, TransferOptions } from '../core/ports.js'
import type { TransferResult } from '../core/transfer.js'

/** Milliseconds. */
export interface DataTimeouts {
  /** From the transfer command to the data connection. */
  readonly dataConnect: number
  /** For its TLS handshake. */
  readonly handshake: number
  /** Without a byte in either direction. */
  readonly dataStall: number
}

/** Which data connection to wait for. Plain data: it may go to a worker. */
export interface ListenOrder {
  /** Address to listen on. */
  readonly host: string
  /** The only address that may connect: the control connection's. */
  readonly peer: string
  /**
   * The control connection came by IPv6 and this one comes by IPv4: the address tells nothing then, so that only the
   * TLS session does.
   */
  readonly otherFamily: boolean
  /** Take only a connection that resumed the control connection's TLS session. */
  readonly requireResumption: boolean
  /** An upload without close_notify is cut. */
  readonly requireCloseNotify: boolean
  readonly timeouts: DataTimeouts
}

/** Writes down what happens at the passive port. @throws Fault `audit_unavailable` */
export type RecordEvent = (event: AuditEvent) => void

/** One transfer's part in its user's bandwidth. */
export interface Allowance {
  /** Bytes that may move now; infinite where nothing limits them. */
  readonly left: number
  /** To be told of bytes that moved; a few more than were left are settled with the next ones. */
  spend(bytes: number): void
  /** Resolves when some bytes are left again. Rejects with the signal's reason. */
  more(signal: AbortSignal): Promise<void>
}

/** A passive port and the one data connection that comes by it, wherever that is handled. Disposing gives the port back. */
export interface DataConnection extends AsyncDisposable {
  readonly port: number
  /** Bytes moved so far. */
  readonly progress: number
  /** Waits for the connection, pumps, sends close_notify. @throws Fault `no_passive` `data_*` `aborted` */
  send(source: ByteSource, allowance: Allowance, options: TransferOptions): Promise<TransferResult>
  /** Waits for the connection, opens the sink, pumps to the peer's end. @throws Fault as `send` and the sink */
  receive(sink: ByteSink, allowance: Allowance, options: TransferOptions): Promise<ReceiveResult>
}

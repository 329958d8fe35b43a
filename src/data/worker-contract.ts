import type { AuditEvent } from '../core/audit-event.js'
import type { ReceiveResult } from '../core/ports.js'
import type { TransferResult } from '../core/transfer.js'
import type { ListenOrder } from './data-connection.js'
import type { FaultRecord } from './worker-calls.js'

// What the main thread and a worker ask of each other. The main thread keeps all that there is once: passive ports,
// files, quotas, bandwidth, TLS sessions, the audit log. A worker has sockets, and is lent the rest.

/** Everything a connection needs; the last two mean nothing here: they are for who composes the worker. */
export interface WorkerOrder {
  readonly listen: ListenOrder
  readonly tls: unknown
  readonly origin: unknown
}

/** Bytes to send, and whether they are the last. */
export interface Lot {
  readonly chunk?: Uint8Array
  readonly isLast: boolean
}

/** `id` is of one data connection, given by the main thread. */
export interface WorkerFunctions {
  /** Resolves to the error code of the operating system when the port cannot be bound. */
  listen(id: number, port: number, order: WorkerOrder): Promise<string | undefined>
  /** `left`: bytes that may move now. `first`: what there is to send, or its beginning. */
  send(id: number, ascii: boolean, left: number, first: Lot): Promise<TransferResult>
  receive(id: number, ascii: boolean, left: number): Promise<ReceiveResult>
  abort(id: number, why: FaultRecord): void
  /** The user's bandwidth has got a limit, or has none any more. */
  allow(id: number, left: number): void
  /** Gives up a connection that no transfer has claimed. */
  dispose(id: number): Promise<void>
}

export interface HostFunctions {
  /** Nothing listens on the port any more. */
  released(id: number): void
  record(id: number, event: AuditEvent): void
  /** TLS has made a session that later connections of the same client may resume. */
  renewed(id: number, session: string, state: Uint8Array): void
  /** The next to send. It stays valid until the second next one is asked for. */
  next(id: number): Promise<Lot>
  /** Opens the sink. */
  open(id: number): Promise<void>
  /** Stores what came; the chunks may be reused then. */
  store(id: number, chunks: readonly Uint8Array[]): Promise<void>
  /** So many bytes moved since the last time. Resolves to how many more may, as soon as some may. */
  more(id: number, spent: number): Promise<number>
  spent(id: number, bytes: number): void
}

import type { AuditEvent, Subject } from './audit-event.js'
import type { ClientCertificate } from './client-certificate.js'
import type { Digest, DigestRequest } from './digest.js'
import type { Endpoint } from './endpoint.js'
import type { Identity, Quota } from './identity.js'
import type { Right } from './permission.js'
import type { CloseVerdict, TransferResult } from './transfer.js'
import type { VirtualPath } from './virtual-path.js'

// What the inner layers need of the world. Each interface is implemented by one adapter folder.

/** Bytes in order. A chunk stays valid until the second next one is asked for: producers may reuse two buffers. */
export type ByteSource = AsyncIterable<Uint8Array>

/** Takes bytes in order; `open` is called once, when the data connection is up and before the first write. */
export interface ByteSink {
  open(): Promise<void>
  /**
   * Resolves when the chunks may be reused; those in shared memory may be read by a thread until then. Throws a Fault (`no_space`,
   * `too_large`, `quota_exceeded`, `storage_error`).
   */
  write(chunks: readonly Uint8Array[]): Promise<void>
}

/** The audit log. */
export interface Audit {
  /**
   * Hands the record to the operating system before it returns.
   * @throws Fault `audit_unavailable` when it cannot be written and `audit.onFailure` is `closed`
   */
  record(event: AuditEvent, subject?: Subject): void
  /**
   * To be asked before something is done that would have to be recorded: while the log cannot be written it tries
   * again.
   * @throws Fault as `record`
   */
  requireWritable(): void
}

/** The operational log, for the people who run the server. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** One thing in a folder, or a thing by itself. Symbolic links, devices, FIFOs and sockets never become one. */
export interface Entry {
  readonly name: string
  readonly type: 'file' | 'dir'
  /** Bytes; 0 for a folder. */
  readonly size: number
  readonly modified: Date
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number
  /** Equal for equal files, different for different ones (RFC 3659 §7.5.2). */
  readonly unique: string
}

export interface ReadableFile extends AsyncDisposable {
  /** Size in bytes when opened. */
  readonly size: number
  /**
   * From the offset asked for to the size when opened. The last chunks are good until the file is disposed.
   * @throws Fault `file_shrank` `storage_error`
   */
  readonly bytes: ByteSource
}

export interface UploadReceipt {
  /** Size of the whole committed file in bytes. */
  readonly size: number
  /** SHA-256 of the whole file in hex; undefined when `uploads.checksum` is off. */
  readonly sha256: string | undefined
}

/** An upload on its way. Disposed without `commit`, it leaves the target as it was, and perhaps a partial. */
export interface Upload extends ByteSink, AsyncDisposable {
  /** Written by this upload so far. */
  readonly bytes: number
  /** Once disposed without `commit`: whether a later upload of this user can go on from what came. */
  readonly kept: boolean
  /** What the bytes will be called: differs from the path asked for only for STOU. */
  readonly path: VirtualPath
  /**
   * Whole, under its final name, and as durable as `uploads.durability` says when this resolves. `close`: how the
   * client ended its TLS stream, for whoever is told of the upload.
   */
  commit(close?: CloseVerdict): Promise<UploadReceipt>
  /**
   * Absolute path on the host, for the operator's programs and never for a client; undefined when it has none that
   * a program could open: it is too long, or the folder was removed meanwhile.
   */
  hostPath(): Promise<string | undefined>
}

export interface UploadRequest {
  /**
   * Where to continue: an offset in bytes (0 to start anew), or the end (APPE). What is continued is the user's own
   * partial where it reaches so far, else the file.
   */
  readonly from: number | 'end'
  /** Never replace: take another name when this one is taken (STOU). */
  readonly unique?: boolean
  /** Line ends are converted (TYPE A): offsets mean nothing to the client then, so no partial is kept or continued. */
  readonly converted?: boolean
}

/** What a user's home holds, and what it may. */
export interface QuotaState {
  /** Of an upload under way and the file that it will replace, the larger counts. */
  readonly used: { readonly bytes: number; readonly files: number }
  readonly limit: Quota
}

/** The tree of one logged-in user. Every method checks the grants and throws a Fault; none follows a symlink. */
export interface Files extends AsyncDisposable {
  openRead(path: VirtualPath, from: number): Promise<ReadableFile>
  /**
   * Of the bytes that `openRead` gives. A signal that fires ends it at once.
   * @throws Fault `bad_range` `too_large` `file_shrank`, `overloaded` when too many others wait for one
   */
  digest(path: VirtualPath, request: DigestRequest, signal: AbortSignal): Promise<Digest>
  /** Checks rights, name and size; touches nothing until the upload's `open`. */
  prepareUpload(path: VirtualPath, request: UploadRequest): Promise<Upload>
  /** @throws Fault `too_large` `quota_exceeded` when so many bytes could not be stored */
  checkRoom(bytes: number): Promise<void>
  /** What holds for uploads to a path; undefined when no quota does. */
  quota(path: VirtualPath): Promise<QuotaState | undefined>
  /** What the user sees there: of an own unfinished upload, that in place of the file it is for. */
  entry(path: VirtualPath): Promise<Entry>
  /** What is stored there, whatever is being uploaded. */
  storedEntry(path: VirtualPath): Promise<Entry>
  /** Batches of what {@link entry} tells, so that a folder of any size needs little memory. */
  list(path: VirtualPath): AsyncIterable<readonly Entry[]>
  makeDir(path: VirtualPath): Promise<void>
  removeDir(path: VirtualPath): Promise<void>
  /** Removes the file, and the user's own unfinished upload of it; the latter alone needs no more than `create`. */
  remove(path: VirtualPath): Promise<void>
  rename(from: VirtualPath, to: VirtualPath): Promise<void>
  setModified(path: VirtualPath, time: Date): Promise<void>
  setMode(path: VirtualPath, mode: number): Promise<void>
  rights(path: VirtualPath): ReadonlySet<Right>
  mayEnter(path: VirtualPath): boolean
}

export interface Storage {
  /**
   * @param subject whose session it is, for whoever is told of its uploads
   * @throws Fault `storage_error` when the home is missing or not a folder
   */
  open(identity: Identity, subject: Subject): Promise<Files>
}

export interface ReceiveResult extends TransferResult {
  readonly close: CloseVerdict
}

export interface TransferOptions {
  readonly signal: AbortSignal
  /** Convert line ends on the way (TYPE A). */
  readonly ascii: boolean
}

/** The data connections of one session, one at a time. */
export interface DataChannel extends AsyncDisposable {
  /**
   * Reserves a passive port for a transfer of `user` and listens; replaces an earlier one. `family` is that of the
   * address to announce.
   * @throws Fault `no_passive_port`, `no_ipv4`
   */
  listen(family: 4 | 6, user: Identity): Promise<{ readonly address: string; readonly port: number }>
  /** Waits for the connection, pumps, sends close_notify. @throws Fault `no_passive` `data_*` `aborted` */
  send(source: ByteSource, options: TransferOptions): Promise<TransferResult>
  /** Waits for the connection, opens the sink, pumps to the peer's end. @throws Fault as `send` and the sink */
  receive(sink: ByteSink, options: TransferOptions): Promise<ReceiveResult>
  /** Bytes moved so far by the running transfer; undefined when there is none. */
  readonly progress: number | undefined
  /** Drops what PASV made, without disturbing the session. */
  reset(): Promise<void>
}

/** The control connection as the session sees it. */
export interface ControlConnection extends AsyncDisposable {
  readonly peer: Endpoint
  readonly local: Endpoint
  /** SNI host name of the handshake, if the client sent one. */
  readonly serverName: string | undefined
  /** Trusted or not; undefined when the client showed none. */
  readonly certificate?: ClientCertificate | undefined
  /** Ends when the peer closes; throws when the connection breaks. Pulling slowly slows the peer down. */
  readonly input: AsyncIterable<Uint8Array>
  /** Resolves when the bytes were handed to the operating system; false when the connection is gone. */
  write(bytes: Uint8Array): Promise<boolean>
}

import { type ClientCertificate, certificateFacts } from './client-certificate.js'
import type { DigestAlgorithm } from './digest.js'
import type { Reason } from './reason.js'
import type { CloseVerdict, TransferResult } from './transfer.js'

// One function per audit event: the only place where an event gets its name and fields. Secrets never enter here.

type Outcome = 'success' | 'failure' | 'denied'

export type EventDetail = Readonly<Record<string, string | number | boolean | null | undefined>>

export interface AuditEvent {
  readonly event: string
  readonly outcome: Outcome
  readonly reason?: Reason | undefined
  readonly detail: EventDetail
}

/** Whom an event is about; the session fills it in. */
export interface Subject {
  readonly session: string
  readonly client: { readonly address: string; readonly port: number }
  readonly user?: string | undefined
}

const success = (event: string, detail: EventDetail = {}): AuditEvent => ({
  event,
  outcome: 'success',
  detail,
})
const failure = (event: string, reason: Reason, detail: EventDetail = {}): AuditEvent => ({
  event,
  outcome: 'failure',
  reason,
  detail,
})
const denied = (event: string, reason: Reason, detail: EventDetail = {}): AuditEvent => ({
  event,
  outcome: 'denied',
  reason,
  detail,
})

// the server
export const serverStarted = (detail: { address: string; port: number; node: string }) =>
  success('server.started', detail)
export const serverStopping = (signal: string) => success('server.stopping', { signal })
export const serverStopped = () => success('server.stopped')
export const configLoaded = (file: string, users: number) => success('config.loaded', { file, users })
export const configRejected = (file: string, errors: number) =>
  failure('config.rejected', 'invalid_configuration', { file, errors })

/** A certificate in use: checked when it is taken into use, and then every day. Days left are negative once it has expired. */
export const certificateExpiring = (detail: { file: string; expires: string; days: number }) =>
  failure(
    'certificate.expiring',
    detail.days < 0 ? 'certificate_expired' : 'certificate_expires_soon',
    detail,
  )

// the audit log itself
/** The log is written again: how many records it missed, and the bytes of an incomplete line it ended. */
export const auditRecovered = (detail: { lost: number; torn: number | undefined }) =>
  success('audit.recovered', detail)

// connections
/** `proxy`: the address of the proxy that named the client by a PROXY header. */
export const connectionAccepted = (proxy?: string) => success('connection.accepted', { proxy })
export const connectionRefused = (reason: Reason, proxy?: string) =>
  denied('connection.refused', reason, { proxy })
export interface TlsFacts {
  /** For instance `TLSv1.3`. */
  readonly version: string
  readonly cipher: string
  /** Of the key exchange, for instance `X25519MLKEM768`. */
  readonly group: string | undefined
  readonly serverName: string | undefined
  readonly alpn: string | undefined
  /** SHA-256 of the client's certificate. */
  readonly certificate?: string | undefined
  readonly certificateSubject?: string | undefined
  /** Why it counts for nothing. */
  readonly certificateProblem?: Reason | undefined
}
export const tlsEstablished = (facts: TlsFacts) => success('tls.established', { ...facts })
export const tlsFailed = (reason: Reason, error?: string, certificate?: ClientCertificate) =>
  failure('tls.failed', reason, { error, ...certificateFacts(certificate) })
export const sessionEnded = (
  reason: Reason,
  detail: { bytesIn: number; bytesOut: number; files: number; seconds: number },
): AuditEvent => ({ event: 'session.ended', outcome: 'success', reason, detail })

// logins
/** By what somebody proved to be the user. */
export type LoginFactor =
  | 'password'
  | 'password+totp'
  | 'certificate'
  | 'certificate+password'
  | 'certificate+password+totp'
export const loginSucceeded = (factor: LoginFactor, certificate?: ClientCertificate) =>
  success('login.succeeded', { factor, ...certificateFacts(certificate) })
export const loginFailed = (reason: Reason, attemptedUser: string, certificate?: ClientCertificate) =>
  denied('login.failed', reason, { attemptedUser: shorten(attemptedUser), ...certificateFacts(certificate) })
export const addressBanned = (address: string, seconds: number) =>
  denied('address.banned', 'too_many_failures', { address, seconds })
/** @param lifted by the operator, before its time was over */
export const addressUnbanned = (address: string, lifted?: true) =>
  success('address.unbanned', { address, lifted })
/** Refused from addresses that have not logged in as this user lately. */
export const userBlocked = (attemptedUser: string, seconds: number) =>
  denied('user.blocked', 'too_many_failures', { attemptedUser: shorten(attemptedUser), seconds })
/** The shared store of the limits cannot be asked, and what that means for connections and logins. */
export const limitsUnavailable = (onFailure: 'closed' | 'open') =>
  failure('limits.unavailable', 'limiter_unavailable', { onFailure })
export const limitsRecovered = (seconds: number) => success('limits.recovered', { seconds })

// data connections
export const dataOpened = (resumed: boolean, version: string, proxy?: string) =>
  success('data.opened', { resumed, version, proxy })
export const dataRejected = (
  reason: Reason,
  detail: { address: string; remedy?: string | undefined; proxy?: string | undefined },
) => denied('data.rejected', reason, detail)

// files
export interface DownloadFacts extends TransferResult {
  readonly resumedFrom: number
}
export const fileDownloaded = (path: string, facts: DownloadFacts) =>
  success('file.downloaded', { path, ...rated(facts) })
export interface UploadFacts extends TransferResult {
  readonly resumedFrom: number
  readonly size: number
  readonly sha256: string | undefined
  readonly close: CloseVerdict
}
export const fileUploaded = (path: string, facts: UploadFacts) =>
  success('file.uploaded', { path, ...rated(facts) })
export const fileDownloadFailed = (path: string, reason: Reason) =>
  failure('file.download_failed', reason, { path })
/** What came of an upload before it failed; undefined when its transfer never began. */
export interface UploadRemains {
  /** Bytes stored by this upload, those that it continued not counted. */
  readonly bytes: number
  /** Whether they are kept for the user to go on from. */
  readonly kept: boolean
}
export const fileUploadFailed = (path: string, reason: Reason, remains?: UploadRemains) =>
  failure('file.upload_failed', reason, { path, ...remains })
/** In place of `file.upload_failed`. */
export const quotaExceeded = (path: string, remains?: UploadRemains) =>
  denied('quota.exceeded', 'quota_exceeded', { path, ...remains })
export interface HashFacts {
  readonly algorithm: DigestAlgorithm
  /** Offset of the first byte. */
  readonly from: number
  readonly bytes: number
  /** In hex: what the client was told. */
  readonly digest: string
}
/** A digest tells whether a guess at the content is right, so it is recorded as reading is. */
export const fileHashed = (path: string, facts: HashFacts) => success('file.hashed', { path, ...facts })
export const fileDeleted = (path: string) => success('file.deleted', { path })
export const fileRenamed = (path: string, to: string) => success('file.renamed', { path, to })
export const fileTimeSet = (path: string, time: Date) =>
  success('file.time_set', { path, modified: time.toISOString() })
export const fileModeSet = (path: string, mode: number) =>
  success('file.mode_set', { path, mode: mode.toString(8) })
export const dirCreated = (path: string) => success('dir.created', { path })
export const dirRemoved = (path: string) => success('dir.removed', { path })
/** `omitted`: how many names cannot be written in the character set of the session; left out where none are. */
export const dirListed = (path: string, entries: number, omitted: number) =>
  success('dir.listed', { path, entries, omitted: omitted || undefined })

// hooks that tell of an upload
export type HookName = 'webhook' | 'command'
export interface HookFacts {
  readonly hook: HookName
  /** Of the notice; the receiver was told it. */
  readonly id: string
  readonly path: string
  /** How often it was tried so far. */
  readonly attempts: number
}
export const hookDelivered = (facts: HookFacts) => success('hook.delivered', { ...facts })
/** The first failure of a notice; it is tried again. */
export const hookFailed = (reason: Reason, facts: HookFacts & { error: string }) =>
  failure('hook.failed', reason, { ...facts })
export const hookGivenUp = (reason: Reason, facts: HookFacts & { error: string }) =>
  failure('hook.given_up', reason, { ...facts })

// refusals
export const accessDenied = (command: string, path: string, right: string | undefined) =>
  denied('access.denied', 'denied', { command, path, right })
export const commandRejected = (command: string, reason: Reason) =>
  failure('command.rejected', reason, { command: shorten(command) })

/** Every event name, for the schema and the documentation. */
export const EVENT_NAMES = [
  'server.started',
  'server.stopping',
  'server.stopped',
  'config.loaded',
  'config.rejected',
  'certificate.expiring',
  'audit.recovered',
  'connection.accepted',
  'connection.refused',
  'tls.established',
  'tls.failed',
  'session.ended',
  'login.succeeded',
  'login.failed',
  'address.banned',
  'address.unbanned',
  'user.blocked',
  'limits.unavailable',
  'limits.recovered',
  'data.opened',
  'data.rejected',
  'file.downloaded',
  'file.uploaded',
  'file.download_failed',
  'file.upload_failed',
  'quota.exceeded',
  'file.hashed',
  'file.deleted',
  'file.renamed',
  'file.time_set',
  'file.mode_set',
  'dir.created',
  'dir.removed',
  'dir.listed',
  'hook.delivered',
  'hook.failed',
  'hook.given_up',
  'access.denied',
  'command.rejected',
] as const

/** What a stranger typed is kept for the reader of the log, but not more of it than a name needs. */
const shorten = (text: string): string => (text.length <= 64 ? text : `${text.slice(0, 63)}…`)

const rated = (facts: DownloadFacts | UploadFacts): EventDetail => ({
  ...facts,
  seconds: Math.round(facts.seconds * 1000) / 1000,
  bytesPerSecond: Math.round(facts.bytes / Math.max(facts.seconds, 0.001)),
})

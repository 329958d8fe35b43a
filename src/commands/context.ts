import type { DigestAlgorithm } from '../core/digest.js'
import type { Endpoint } from '../core/endpoint.js'
import type { Identity } from '../core/identity.js'
import type { DataChannel, Files } from '../core/ports.js'
import type { VirtualPath } from '../core/virtual-path.js'
import type { Charset } from '../protocol/charset.js'
import type { Fact } from '../protocol/facts.js'

/** What a session remembers between commands. */
export interface Settings {
  /** TYPE A: line ends are converted. TYPE I otherwise. */
  ascii: boolean
  /** PBSZ was sent; PROT must come after it (RFC 2228 §3). */
  bufferSizeSent: boolean
  /** EPSV ALL was sent: no other way to a data connection from then on (RFC 2428 §4). */
  epsvAll: boolean
  /** OPTS UTF8 ON or LANG was sent: UTF-8 from then on, whatever the user is set to. */
  utf8: boolean
  /** What MLST and MLSD send. */
  facts: ReadonlySet<Fact>
  /** What HASH computes. */
  digest: DigestAlgorithm
}

/** What a row of the command table tells about itself. */
export interface CommandInfo {
  readonly verb: string
  /** What HELP shows behind the verb. */
  readonly syntax: string
  /** Lines of FEAT; read when FEAT is sent. */
  readonly feat?: (context: Context) => readonly string[]
}

/** One line of SITE WHO. */
export interface SessionSummary {
  readonly id: string
  readonly address: string
  readonly since: Date
  /** For instance `RETR`, or `idle`. */
  readonly doing: string
}

export interface LoginFlow {
  /** USER: starts the login anew, whatever was before. */
  begin(user: string): Promise<void>
  /** PASS. @throws Fault `bad_sequence` without USER, `login_refused` */
  finish(password: string): Promise<'logged_in' | 'need_code'>
  /** ACCT. @throws Fault `bad_sequence` when no code is awaited, `login_refused` */
  account(code: string): Promise<'logged_in' | 'not_needed'>
  /** @throws Fault `bad_sequence` once USER was sent: HOST comes before it (RFC 7151 §3.1) */
  requireNone(): void
}

/** What a handler may use before login. It never sees a socket, a log or a limiter. */
export interface Context {
  readonly peer: Endpoint
  /** SNI host name of the control connection's handshake. */
  readonly serverName: string | undefined
  readonly settings: Settings
  /** What arguments, replies and listings are in now. */
  readonly charset: Charset
  readonly login: LoginFlow
  readonly commands: readonly CommandInfo[]
  /** Fires when the command must end: ABOR, the end of the session, the shutdown grace. */
  readonly signal: AbortSignal
  /** Ends the running transfer and waits for its final reply; false when there is none. */
  abortTransfer(): Promise<boolean>
  /** For the moment before something cannot be undone. @throws Fault `audit_unavailable` */
  requireRecordable(): void
  /** The session ends after this command's reply. */
  quit(): void
}

/** What a handler may use once somebody is logged in. */
export interface ReadyContext extends Context {
  readonly user: Identity
  readonly files: Files
  readonly data: DataChannel
  /** Working directory; setting it is CWD. */
  cwd: VirtualPath
  /** Position of REST, for the next transfer or digest only; taking it resets it. */
  takeRestart(): number
  setRestart(position: number): void
  /** What RNFR named, for the very next command only. */
  takeRenameFrom(): VirtualPath | undefined
  setRenameFrom(path: VirtualPath): void
  /** The live sessions of this user. */
  ownSessions(): readonly SessionSummary[]
}

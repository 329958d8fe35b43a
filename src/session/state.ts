import type { Settings } from '../commands/context.js'
import { Fault } from '../core/fault.js'
import type { Identity } from '../core/identity.js'
import type { AwaitedCode } from '../core/login-ports.js'
import type { Files } from '../core/ports.js'
import { ROOT, type VirtualPath } from '../core/virtual-path.js'
import { type Charset, charsetOf, UTF8 } from '../protocol/charset.js'
import { FACTS } from '../protocol/facts.js'

export interface Greeted {
  readonly phase: 'greeted'
}

/** USER was sent. */
interface Named {
  readonly phase: 'named'
  readonly user: string
}

/** The password was right; ACCT has to bring the one-time code. */
export interface Challenged {
  readonly phase: 'challenged'
  readonly user: string
  readonly awaited: AwaitedCode
}

export interface Ready {
  readonly phase: 'ready'
  readonly identity: Identity
  /** Of the user's `compat.charset`. */
  readonly charset: Charset
  readonly files: Files
  /** Gives the session's place among the user's sessions back. */
  readonly place: Disposable
  cwd: VirtualPath
  restart: number
  renameFrom: VirtualPath | undefined
}

/** How far a session has come; what belongs to a phase exists only in it. */
export type State = Greeted | Named | Challenged | Ready

export const GREETED: Greeted = { phase: 'greeted' }

export const ready = (identity: Identity, files: Files, place: Disposable): Ready => ({
  phase: 'ready',
  identity,
  charset: charsetOf(identity.compat.charset),
  files,
  place,
  cwd: ROOT,
  restart: 0,
  renameFrom: undefined,
})

/** @throws Fault `not_logged_in` */
export function requireReady(state: State): Ready {
  if (state.phase !== 'ready') throw new Fault('not_logged_in')
  return state
}

/** What the session's text is in: UTF-8 before login, and from OPTS UTF8 ON on. */
export const charsetFor = (state: State, { utf8 }: Settings): Charset =>
  state.phase === 'ready' && !utf8 ? state.charset : UTF8

export const initialSettings = (): Settings => ({
  // RFC 959 §5.1 starts with ASCII; binary is what every client means, and converts nothing by accident.
  ascii: false,
  bufferSizeSent: false,
  epsvAll: false,
  utf8: false,
  facts: new Set(FACTS),
  digest: 'SHA-256',
})

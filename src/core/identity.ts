import type { CharsetName } from './charset.js'
import type { Grants } from './permission.js'
import type { VirtualPath } from './virtual-path.js'

/** How the server bends for one partner's client. */
export interface Compat {
  /** `require`: the data connection must resume the control connection's TLS session; `prefer`: need not. */
  readonly dataSession: 'require' | 'prefer'
  /** `strict`: an upload without a TLS close_notify is incomplete; `tolerant`: accepted and audited. */
  readonly close: 'strict' | 'tolerant'
  /** `convert`: line ends change under TYPE A (RFC 959 §3.1.1.1); `verbatim`: bytes pass as they are. */
  readonly ascii: 'convert' | 'verbatim'
  /** What names are in on the wire, until the client asks for UTF-8 (`OPTS UTF8 ON`). On the host they are UTF-8. */
  readonly charset: CharsetName
}

/** A folder from elsewhere in a user's tree. */
export interface Mount {
  /** Where the user sees it. Never the root. */
  readonly at: VirtualPath
  /** Host folder; absolute. Never shown to a client. */
  readonly source: string
  /** What is allowed in it; its root is `/`. */
  readonly grants: Grants
}

/** Most of what may be in a home; undefined for no limit. */
export interface Quota {
  readonly bytes: number | undefined
  readonly files: number | undefined
}

/** Who is logged in, and what that allows. Frozen. */
export interface Identity {
  readonly name: string
  /** Host folder that is the user's `/`; absolute. Never shown to a client. */
  readonly home: string
  readonly grants: Grants
  readonly mounts: readonly Mount[]
  readonly compat: Compat
  /** Most sessions at a time; undefined for no limit of its own. */
  readonly maxSessions: number | undefined
  readonly quota?: Quota | undefined
}

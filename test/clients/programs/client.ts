export const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const
export type Version = (typeof VERSIONS)[number]

/** By the address that is connected to. */
export const HOSTS = { IPv4: '127.0.0.1', IPv6: '::1' } as const
export type Family = keyof typeof HOSTS

/** What a client program is to connect to, and how. */
export interface Site {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** PEM file to trust. */
  readonly ca: string
  readonly version: Version
  /** A folder for what the client keeps, its home. */
  readonly dir: string
}

/** Remote paths are absolute. The pairs are from, to. */
export type Task =
  | { readonly do: 'list'; readonly folder: string }
  | { readonly do: 'put' | 'get' | 'continue put' | 'continue get'; readonly pairs: readonly Pair[] }
  | { readonly do: 'move'; readonly pair: Pair }
  | { readonly do: 'remove'; readonly path: string }
  | { readonly do: 'put tree' | 'get tree'; readonly pair: Pair }
  /** The files of a remote folder into a local one, over so many connections. */
  | { readonly do: 'get at once'; readonly pair: Pair; readonly names: readonly string[] }
  /** An upload that takes until it is stopped. */
  | { readonly do: 'put slowly'; readonly pair: Pair }
  /** A listing whose data connection does not resume, by a client that otherwise does. */
  | { readonly do: 'list without session' }

export type Pair = readonly [from: string, to: string]

/** A run of a program, without a shell. */
export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
}

export interface Client {
  readonly name: string
  /** Programs that have to be installed. */
  readonly needs: readonly string[]
  /** Files that have to be there, and the Debian package that brings them. */
  readonly files?: Readonly<Record<string, string>>
  readonly dataSession: 'require' | 'prefer'
  /** What its user has to set, as the documentation says it. */
  readonly settings: string
  /** The operations it does not know, and why. */
  readonly cannot: Partial<Record<OperationName, string>>
  /** What it shows when it is refused, word for word, over TLS 1.3; none where it cannot be. */
  readonly shows: Partial<Record<Refusal, string>>
  /** The runs that do it, one after the other. */
  commands(site: Site, task: Task): Command[] | Promise<Command[]>
  /** The names in what it said of a folder; one a line where it is left out. */
  names?(out: string): string[]
}

export const OPERATIONS = [
  'login',
  'list',
  'upload',
  'download',
  'resume upload',
  'resume download',
  'rename',
  'delete',
  'many files up',
  'many files down',
  'UTF-8 name',
  'tree up',
  'tree down',
  '10 at once',
  'aborted',
] as const
export type OperationName = (typeof OPERATIONS)[number]

export const REFUSALS = ['wrong password', 'no right', 'over quota', 'not resumed'] as const
export type Refusal = (typeof REFUSALS)[number]

export const authority = ({ host, port }: Site): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`

export const escaped = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

/** For programs that do one thing at a time. */
export const pairsAtOnce = ([remote, local]: Pair, names: readonly string[]): Pair[] =>
  names.map(name => [`${remote}/${name}`, `${local}/${name}`])

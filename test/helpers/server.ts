import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { hashPassword } from '../../src/auth/argon2.js'
import type { WallClock } from '../../src/auth/clock.js'
import { Portcullis } from '../../src/cli/compose.js'
import { parseConfig } from '../../src/config/load.js'
import type { Log } from '../../src/core/ports.js'
import { testCertificate } from './certificate.js'
import { passivePorts } from './ports.js'
import { tempDir } from './temp-dir.js'

export const PASSWORD = 'correct horse battery staple'

/** Threads that carry data connections: the whole suite can run with them. */
const WORKERS = Number(process.env.PORTCULLIS_TEST_WORKERS ?? 0)

let hash: Promise<string> | undefined

/** A hash of {@link PASSWORD}, made once in each test process. */
export const passwordHash = (): Promise<string> => {
  hash ??= hashPassword(PASSWORD)
  return hash
}

/** Part of a configuration file, as it would be written in YAML. */
type Section = Readonly<Record<string, unknown>>

export interface TestServerOptions {
  /** Merged over the defaults of the test server, section by section. */
  readonly config?: Readonly<Record<string, Section>>
  /** Merged over `{ name: 'acme', grants: { '/': 'read-write' } }`, one user each. */
  readonly users?: readonly Section[]
  /** How many ports the passive range has. */
  readonly ports?: number
  /** In place of the time of day, for who may log in and until when. */
  readonly clock?: WallClock
}

export interface TestServer extends AsyncDisposable {
  readonly port: number
  /** Host folder of the first user. */
  readonly home: string
  /** PEM file for clients to trust. */
  readonly ca: string
  readonly auditFile: string
  readonly portcullis: Portcullis
  /** What the operational log was told, level and message. */
  readonly logged: readonly string[]
  /** Everything in the audit log so far. */
  audit(): Promise<Record<string, unknown>[]>
  /** Reads the configuration anew with other options. */
  reload(options: TestServerOptions): Promise<readonly string[]>
}

/** A whole server on a free port of the loopback addresses, with files of its own. */
export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dir = await tempDir()
  const { cert, key } = await testCertificate()
  const ca = join(dir.path, 'server.crt')
  await writeFile(ca, cert)
  await writeFile(join(dir.path, 'server.key'), key, { mode: 0o600 })
  const range = passivePorts(options.ports ?? 20)
  const file = join(dir.path, 'portcullis.yaml')
  const configOf = async (from: TestServerOptions) => parseConfig(await yamlOf(from, range), file)
  const config = await configOf(options)
  for (const user of config.users) await mkdir(user.home, { recursive: true })
  const logged: string[] = []
  const portcullis = await Portcullis.start(config, file, recordingLog(logged), options.clock)
  return {
    port: portcullis.address.port,
    home: config.users[0]?.home ?? '',
    ca,
    auditFile: config.audit.file,
    portcullis,
    logged,
    async audit() {
      const text = await readFile(config.audit.file, 'utf8')
      return text
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line) as Record<string, unknown>)
    },
    reload: async changed => portcullis.reload(await configOf(changed), file),
    async [Symbol.asyncDispose]() {
      await portcullis.stop('test')
      await dir[Symbol.asyncDispose]()
    },
  }
}

/** The configuration file of a test server whose passive range this is. */
export async function yamlOf(
  { config = {}, users = [{}] }: TestServerOptions,
  range: string,
): Promise<string> {
  const passwordHashed = await passwordHash()
  const sections: Record<string, Section> = {
    server: {
      listen: { host: '127.0.0.1', port: 0 },
      workers: WORKERS,
      shutdownGrace: '1s',
      maxSessionsPerAddress: 500,
    },
    tls: { certificates: [{ cert: 'server.crt', key: 'server.key' }] },
    passive: { ports: range },
    auth: { limits: { connectionsPerAddress: { max: 100_000 } } },
    storage: { root: 'data' },
    onUpload: { queue: { folder: 'queue' } },
    audit: { file: 'audit.jsonl' },
  }
  for (const [name, section] of Object.entries(config)) sections[name] = { ...sections[name], ...section }
  const defaults = { name: 'acme', passwordHash: passwordHashed, grants: { '/': 'read-write' } }
  return stringify({ ...sections, users: users.map(user => ({ ...defaults, ...user })) })
}

function recordingLog(logged: string[]): Log {
  const at = (level: string) => (fields: object, message: string) => {
    const { err } = fields as { err?: Error }
    logged.push(`${level}: ${message}${err ? ` (${err.stack})` : ''}`)
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

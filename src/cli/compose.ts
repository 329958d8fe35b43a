import type { Socket } from 'node:net'
import { AuditLog } from '../audit/log.js'
import { Login } from '../auth/login.js'
import { UserSessions } from '../auth/sessions.js'
import { Verifier } from '../auth/verifier.js'
import type { Config } from '../config/schema.js'
import {
  type AuditEvent,
  configLoaded,
  configRejected,
  serverStarted,
  serverStopped,
  serverStopping,
  tlsEstablished,
  tlsFailed,
} from '../core/audit-event.js'
import type { Endpoint } from '../core/endpoint.js'
import type { Log } from '../core/ports.js'
import type { Reason } from '../core/reason.js'
import { AnnouncedAddress } from '../data/announced-address.js'
import { PassiveChannel } from '../data/channel.js'
import { PassivePorts } from '../data/passive-ports.js'
import { type DiskStorage, openStorage } from '../files/storage.js'
import { Limits } from '../limits/limits.js'
import { type Ends, FtpsServer } from '../server/server.js'
import { Roster } from '../session/roster.js'
import type { SessionConnection, SessionServices } from '../session/services.js'
import { SessionContexts } from '../tls/contexts.js'
import { TlsControlConnection } from '../tls/control-connection.js'
import { secureData } from '../tls/secure-data.js'
import { limitOptions, sessionOptions, storageOptions, tlsMaterial, userRecords } from './options.js'
import { Sweeper } from './sweeper.js'

/** The running server: every part made and wired, and the only owner of them all. */
export class Portcullis implements AsyncDisposable {
  readonly address: Endpoint
  readonly #parts: Parts
  readonly #server: FtpsServer
  #stopped: Promise<void> | undefined

  private constructor(parts: Parts, server: FtpsServer, address: Endpoint) {
    this.#parts = parts
    this.#server = server
    this.address = address
  }

  /** @throws Error from TLS, the audit log, the storage or the control port; nothing is left open then */
  static async start(config: Config, file: string, log: Log): Promise<Portcullis> {
    const parts = await makeParts(config, log)
    const server = new FtpsServer({
      limits: parts.limits.connections,
      get session() {
        return parts.session
      },
      secure: (raw, id, ends) => secureControl(parts, raw, id, ends),
    })
    try {
      await parts.sweeper.start()
      const { host, port } = config.server.listen
      const address = await server.start(host, port)
      parts.audit.record(
        serverStarted({ address: address.address, port: address.port, node: process.version }),
      )
      parts.audit.record(configLoaded(file, config.users.length))
      return new Portcullis(parts, server, address)
    } catch (error) {
      await closeParts(parts)
      throw error
    }
  }

  /**
   * Takes a new configuration into use: everything is made before anything is swapped, so one that fails changes
   * nothing. Sessions of users who are gone or disabled end.
   *
   * @returns the keys that were changed but need a restart
   * @throws Error as `start`
   */
  async reload(config: Config, file: string): Promise<readonly string[]> {
    const parts = this.#parts
    const before = parts.config
    const material = await tlsMaterial(config)
    const storage = await openStorage(storageOptions(config))
    parts.contexts.replace(material)
    parts.login.replaceUsers(userRecords(config))
    parts.limits.reconfigure(limitOptions(config))
    parts.ports.replace(config.passive.ports)
    parts.storage = storage
    parts.announced = announced(config)
    parts.session = { ...parts.session, storage, sessionOptions: sessionOptions(config) }
    parts.config = config
    for (const session of parts.session.roster.all)
      if (session.user !== undefined && !parts.login.isStillAllowed(session.user)) session.end('user_removed')
    parts.audit.record(configLoaded(file, config.users.length))
    return needRestart(before, config)
  }

  /** Writes down that a configuration was refused. */
  reportRejected(file: string, errors: number): void {
    note(this.#parts, () => this.#parts.audit.record(configRejected(file, errors)))
  }

  /** Opens the audit log anew, for logrotate. */
  reopenLogs(): void {
    this.#parts.audit.reopen()
  }

  /** Drains: running transfers may finish within `server.shutdownGrace`. Resolves when all is closed. */
  stop(signal: string): Promise<void> {
    this.#stopped ??= this.#stop(signal)
    return this.#stopped
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop('dispose')
  }

  async #stop(signal: string): Promise<void> {
    const parts = this.#parts
    note(parts, () => parts.audit.record(serverStopping(signal)))
    await this.#server.stop(parts.config.server.shutdownGrace)
    note(parts, () => parts.audit.record(serverStopped()))
    await closeParts(parts)
  }
}

interface Parts {
  config: Config
  session: SessionServices
  announced: AnnouncedAddress
  readonly audit: AuditLog
  readonly contexts: SessionContexts
  readonly limits: Limits
  readonly login: Login
  readonly ports: PassivePorts
  readonly sweeper: Sweeper
  storage: DiskStorage
}

async function makeParts(config: Config, log: Log): Promise<Parts> {
  const contexts = new SessionContexts(await tlsMaterial(config))
  const storage = await openStorage(storageOptions(config))
  const audit = new AuditLog({
    file: config.audit.file,
    rotate: config.audit.rotate,
    onFailure: config.audit.onFailure,
    key: config.audit.key === null ? undefined : Buffer.from(config.audit.key),
    log,
  })
  const limits = new Limits(limitOptions(config), audit)
  const verifier = new Verifier({ ...config.auth.verification, cacheTtl: 60_000, cacheSize: 1000 })
  const login = new Login(userRecords(config), { limits: limits.logins, verifier })
  const session: SessionServices = {
    audit,
    log,
    roster: new Roster(),
    authenticator: login,
    sessions: new UserSessions(),
    storage,
    sessionOptions: sessionOptions(config),
  }
  const ports = new PassivePorts(config.passive.ports)
  const sweeper: Sweeper = new Sweeper({
    homes: () => parts.config.users.map(({ home }) => home),
    storage: () => parts.storage,
    log,
  })
  const parts: Parts = {
    ...{ config, session, audit, contexts, limits, login, ports, storage, sweeper },
    announced: announced(config),
  }
  return parts
}

const announced = ({ passive }: Config): AnnouncedAddress =>
  new AnnouncedAddress({ publicAddress: passive.publicAddress ?? undefined, overrides: passive.overrides })

/** For what happens whether or not it can be recorded. */
function note({ session }: Parts, record: () => void): void {
  try {
    record()
  } catch (error) {
    session.log.error({ err: error }, 'an event could not be written to the audit log')
  }
}

async function closeParts({ audit, limits, sweeper }: Parts): Promise<void> {
  await sweeper[Symbol.asyncDispose]()
  limits[Symbol.dispose]()
  audit.close()
}

/** The handshake of a control connection, and the data channel that is bound to it. */
async function secureControl(
  parts: Parts,
  raw: Socket,
  id: string,
  ends: Ends,
): Promise<SessionConnection | undefined> {
  const { audit, config, contexts, ports } = parts
  const { timeouts } = config.server
  const context = contexts.take()
  const subject = { session: id, client: { address: ends.peer.address, port: ends.peer.port } }
  let control: TlsControlConnection
  try {
    control = await TlsControlConnection.accept(raw, context, ends, AbortSignal.timeout(timeouts.handshake))
  } catch (error) {
    audit.record(tlsFailed(handshakeReason(error), (error as NodeJS.ErrnoException).code), subject)
    return undefined
  }
  audit.record(tlsEstablished(control.facts), subject)
  const secure = (socket: Socket, signal: AbortSignal) => secureData(socket, context, signal)
  const { announced } = parts
  const openData = (record: (event: AuditEvent) => void) =>
    new PassiveChannel({ ...ends, ports, announced, secure, timeouts, record })
  return { id, control, openData }
}

function handshakeReason(error: unknown): Reason {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'handshake_timeout'
  return (error as NodeJS.ErrnoException).code === 'ERR_SSL_NO_APPLICATION_PROTOCOL'
    ? 'alpn_mismatch'
    : 'handshake_failed'
}

/** Keys that are read once, when the server starts. */
function needRestart(before: Config, after: Config): string[] {
  const once: [key: string, of: (config: Config) => unknown][] = [
    ['server.listen', config => config.server.listen],
    ['audit', config => config.audit],
    ['auth.verification', config => config.auth.verification],
    ['log', config => config.log],
    ['filesystem', config => config.filesystem],
  ]
  return once.filter(([, of]) => JSON.stringify(of(before)) !== JSON.stringify(of(after))).map(([key]) => key)
}

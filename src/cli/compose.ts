import type { WallClock } from '../auth/clock.js'
import { UserTable } from '../auth/users.js'
import type { Config } from '../config/schema.js'
import {
  configLoaded,
  configRejected,
  serverStarted,
  serverStopped,
  serverStopping,
} from '../core/audit-event.js'
import type { Endpoint } from '../core/endpoint.js'
import type { Log } from '../core/ports.js'
import { openStorage } from '../files/storage.js'
import { NoticedStorage } from '../hooks/noticed-storage.js'
import type { Bans } from '../limits/bans.js'
import { originOf } from '../proxy/origins.js'
import { FtpsServer } from '../server/server.js'
import type { LiveSession } from '../session/roster.js'
import { prepareTls } from '../tls/contexts.js'
import { endUncertified } from './end-uncertified.js'
import { needRestart } from './need-restart.js'
import {
  hookOptions,
  limitOptions,
  originOptions,
  sessionOptions,
  storageOptions,
  tlsMaterial,
  userRates,
  userRecords,
} from './options.js'
import { announceOptions, closeParts, makeParts, type Parts } from './parts.js'
import { secureControl } from './secure-control.js'

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
  static async start(config: Config, file: string, log: Log, clock?: WallClock): Promise<Portcullis> {
    const parts = await makeParts(config, log, clock)
    const server = new FtpsServer({
      limits: parts.limits.connections,
      get session() {
        return parts.session
      },
      origin: (raw, signal) => originOf(raw, parts.origins.control, signal),
      secure: (raw, id, ends, signal) => secureControl(parts, raw, id, ends, signal),
    })
    try {
      await parts.sweeper.start()
      const useHooks = await parts.hooks.prepare(await hookOptions(config))
      useHooks()
      const { host, port } = config.server.listen
      const address = await server.start(host, port)
      parts.audit.record(
        serverStarted({ address: address.address, port: address.port, node: process.version }),
      )
      parts.audit.record(configLoaded(file, config.users.length))
      parts.expiry.look()
      await parts.hooks.start()
      return new Portcullis(parts, server, address)
    } catch (error) {
      await server.stop(0)
      await parts.hooks.stop(0)
      await closeParts(parts)
      throw error
    }
  }

  /**
   * Takes a new configuration into use: everything is made before anything is swapped, so one that fails changes
   * nothing. Sessions that could not be begun now end.
   *
   * @returns the keys that were changed but need a restart
   * @throws Error as `start`
   */
  async reload(config: Config, file: string): Promise<readonly string[]> {
    const parts = this.#parts
    const before = parts.config
    const tls = prepareTls(await tlsMaterial(config))
    const users = new UserTable(userRecords(config))
    const origins = originOptions(config)
    const announce = announceOptions(config)
    const storage = await openStorage(storageOptions(config), parts.threads, parts.ledgers)
    const useHooks = await parts.hooks.prepare(await hookOptions(config))
    // The last that can fail, for what cannot be recorded does not happen.
    parts.audit.record(configLoaded(file, config.users.length))
    await parts.announced.replace(announce)
    useHooks()
    parts.contexts.replace(tls)
    parts.login.replaceUsers(users)
    parts.limits.reconfigure(limitOptions(config))
    parts.ports.replace(config.passive.ports)
    parts.storage = storage
    parts.bandwidth.replaceRates(userRates(config))
    parts.workers?.review()
    parts.session = {
      ...parts.session,
      storage: new NoticedStorage(storage, parts.hooks),
      sessionOptions: sessionOptions(config),
    }
    parts.config = config
    parts.origins = origins
    parts.places.review()
    endUncertified(parts)
    parts.expiry.look()
    return needRestart(before, config)
  }

  /** The live sessions. */
  get sessions(): readonly LiveSession[] {
    return this.#parts.session.roster.all
  }

  /** The addresses that may not connect now. */
  get bans(): Bans {
    return this.#parts.limits.bans
  }

  /** Shows that connections are accepted and can be recorded. @throws Fault `audit_unavailable`, Error */
  async probe(signal: AbortSignal): Promise<void> {
    this.#parts.audit.requireWritable()
    await this.#server.probe(signal)
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
    const { shutdownGrace } = parts.config.server
    await this.#server.stop(shutdownGrace)
    await parts.hooks.stop(shutdownGrace)
    note(parts, () => parts.audit.record(serverStopped()))
    await closeParts(parts)
  }
}

/** For what happens whether or not it can be recorded. */
function note({ session }: Parts, record: () => void): void {
  try {
    record()
  } catch (error) {
    session.log.error({ err: error }, 'an event could not be written to the audit log')
  }
}

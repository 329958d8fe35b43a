import { AuditLog } from '../audit/log.js'
import { WALL_CLOCK } from '../auth/clock.js'
import { Login } from '../auth/login.js'
import { UserSessions } from '../auth/sessions.js'
import { UserTable } from '../auth/users.js'
import { Verifier } from '../auth/verifier.js'
import type { Config } from '../config/schema.js'
import { Networks } from '../core/networks.js'
import type { Log } from '../core/ports.js'
import { AnnouncedAddress, type AnnounceOptions } from '../data/announced-address.js'
import { Bandwidth } from '../data/bandwidth.js'
import { PassivePorts } from '../data/passive-ports.js'
import { DataWorkers } from '../data/workers.js'
import { FileThreads } from '../files/file-threads.js'
import { Ledgers } from '../files/ledger.js'
import { type DiskStorage, openStorage } from '../files/storage.js'
import { NoticedStorage } from '../hooks/noticed-storage.js'
import { UploadHooks } from '../hooks/upload-hooks.js'
import { Limits } from '../limits/limits.js'
import { Roster } from '../session/roster.js'
import type { SessionServices } from '../session/services.js'
import { prepareTls, SessionContexts } from '../tls/contexts.js'
import { ExpiryWatch } from './expiry-watch.js'
import {
  limitOptions,
  type Origins,
  originOptions,
  sessionOptions,
  storageOptions,
  tlsMaterial,
  userRates,
  userRecords,
  workerCount,
} from './options.js'
import { Sweeper } from './sweeper.js'

/** All that the server is made of. What a reload replaces can be written. */
export interface Parts {
  config: Config
  origins: Origins
  session: SessionServices
  readonly announced: AnnouncedAddress
  readonly audit: AuditLog
  readonly bandwidth: Bandwidth
  readonly contexts: SessionContexts
  readonly hooks: UploadHooks
  readonly threads: FileThreads
  readonly expiry: ExpiryWatch
  readonly ledgers: Ledgers
  readonly limits: Limits
  readonly login: Login
  /** Of the live sessions. */
  readonly places: UserSessions
  readonly ports: PassivePorts
  readonly sweeper: Sweeper
  /** They carry the data connections; undefined where the main thread does. */
  readonly workers: DataWorkers | undefined
  storage: DiskStorage
}

/** @throws Error from TLS, the audit log or the storage */
export async function makeParts(config: Config, log: Log, clock = WALL_CLOCK): Promise<Parts> {
  const contexts = new SessionContexts(prepareTls(await tlsMaterial(config)))
  const threads = new FileThreads(config.hashing)
  const ledgers = new Ledgers()
  const storage = await openStorage(storageOptions(config), threads, ledgers)
  const audit = new AuditLog({
    file: config.audit.file,
    rotate: config.audit.rotate,
    onFailure: config.audit.onFailure,
    key: config.audit.key === null ? undefined : Buffer.from(config.audit.key),
    log,
  })
  const limits = await Limits.open(limitOptions(config), config.auth, { audit, log })
  const verifier = new Verifier({ ...config.auth.verification, cacheTtl: 60_000, cacheSize: 1000 })
  const login = new Login(new UserTable(userRecords(config)), {
    limits: limits.logins,
    codes: limits.codes,
    verifier,
    now: () => new Date(clock.now()),
  })
  const places = new UserSessions({
    standing: (identity, occupant) => login.standing(identity, occupant),
    clock,
  })
  const hooks = new UploadHooks(config.onUpload.queue.folder, { audit, log, random: Math.random })
  const session: SessionServices = {
    audit,
    log,
    roster: new Roster(),
    authenticator: login,
    sessions: places,
    storage: new NoticedStorage(storage, hooks),
    sessionOptions: sessionOptions(config),
  }
  const announced = new AnnouncedAddress({ log })
  await announced.replace(announceOptions(config))
  const ports = new PassivePorts(config.passive.ports)
  const count = workerCount(config)
  const program = new URL('./data-worker.js', import.meta.url)
  const workers = count > 0 ? new DataWorkers({ count, program, ports, log }) : undefined
  const bandwidth = new Bandwidth(userRates(config))
  const sweeper: Sweeper = new Sweeper({
    homes: () =>
      parts.config.users.flatMap(({ home, mounts }) => [home, ...mounts.map(({ source }) => source)]),
    storage: () => parts.storage,
    log,
  })
  const expiry: ExpiryWatch = new ExpiryWatch({
    certificates: () =>
      contexts.expiries.map((expires, index) => ({
        file: parts.config.tls.certificates[index]?.cert ?? '',
        expires,
      })),
    audit,
    log,
  })
  const parts: Parts = {
    ...{
      config,
      origins: originOptions(config),
      session,
      announced,
      audit,
      bandwidth,
      contexts,
      threads,
      expiry,
      hooks,
      ledgers,
      limits,
      login,
      places,
      ports,
      storage,
      sweeper,
      workers,
    },
  }
  return parts
}

export const announceOptions = ({ passive }: Config): AnnounceOptions => ({
  publicAddress: passive.publicAddress ?? undefined,
  overrides: passive.overrides.map(({ networks, address }) => ({
    networks: new Networks(networks),
    address,
  })),
})

export async function closeParts(parts: Parts): Promise<void> {
  const { announced, audit, expiry, limits, places, sweeper, threads, workers } = parts
  announced[Symbol.dispose]()
  expiry[Symbol.dispose]()
  await sweeper[Symbol.asyncDispose]()
  await workers?.[Symbol.asyncDispose]()
  await threads[Symbol.asyncDispose]()
  await limits[Symbol.asyncDispose]()
  places[Symbol.dispose]()
  audit.close()
}

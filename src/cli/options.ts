import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import type { UserRecord } from '../auth/user.js'
import type { Config, UserConfig } from '../config/schema.js'
import { Networks } from '../core/networks.js'
import type { Rates } from '../data/bandwidth.js'
import type { StorageOptions } from '../files/storage.js'
import type { HookOptions } from '../hooks/options.js'
import type { LimitOptions } from '../limits/options.js'
import type { OriginOptions } from '../proxy/origins.js'
import type { SessionOptions } from '../session/services.js'
import type { TlsMaterial } from '../tls/contexts.js'
import { certificateRule, clientTrust } from './client-trust.js'

// What each part of the server is told of the configuration: the only place where a part's options meet the file's keys.

/** @throws Error naming the file that cannot be read */
export async function tlsMaterial(config: Config): Promise<TlsMaterial> {
  const { tls } = config
  const certificates = tls.certificates.map(async ({ cert, key }) => ({
    cert: await readFile(cert, 'utf8'),
    key: await readFile(key, 'utf8'),
  }))
  return {
    certificates: await Promise.all(certificates),
    minVersion: tls.minVersion,
    clientTrust: await clientTrust(config),
  }
}

export const sessionOptions = ({ server }: Config): SessionOptions => ({
  greeting: server.greeting,
  loginTimeout: server.timeouts.login,
  idleTimeout: server.timeouts.idle,
})

export const limitOptions = ({ server, auth }: Config): LimitOptions => {
  const { failuresPerUserAndAddress: pair, failuresPerUser: user, failuresPerAddress: address } = auth.limits
  return {
    maxSessions: server.maxSessions,
    maxSessionsPerAddress: server.maxSessionsPerAddress,
    connectionRate: ruleOf(auth.limits.connectionsPerAddress),
    handshakeFailures: ruleOf(auth.limits.handshakeFailuresPerAddress),
    pairFailures: { ...ruleOf(pair), block: pair.block },
    userFailures: { ...ruleOf(user), block: user.block },
    addressFailures: ruleOf(address),
    ban: { first: address.block, longest: address.maxBlock, forget: address.forget },
    onStoreFailure: auth.onStoreFailure,
  }
}

const ruleOf = ({ max, within }: { readonly max: number; readonly within: number }) => ({
  count: max,
  window: within,
})

/** Whose word counts for who is at the other end of a connection. */
export interface Origins {
  readonly control: OriginOptions
  readonly data: OriginOptions
}

export const originOptions = ({ server: { proxyProtocol, timeouts } }: Config): Origins => {
  const [from, timeout] = [new Networks(proxyProtocol.from), timeouts.handshake]
  return {
    control: { from, timeout },
    data: { from: proxyProtocol.data ? from : new Networks([]), timeout },
  }
}

/** Threads that carry data connections: with two cores they cost small files more than they give large ones. */
export function workerCount({ server }: Pick<Config, 'server'>, cores = availableParallelism()): number {
  if (server.workers !== 'auto') return server.workers
  return cores > 2 ? cores - 1 : 0
}

export const storageOptions = ({ filesystem, storage, uploads }: Config): StorageOptions => ({
  portable: filesystem.portable,
  umask: storage.umask,
  durability: uploads.durability,
  checksum: uploads.checksum,
  maxSize: uploads.maxSize ?? undefined,
  keepPartial: uploads.keepPartial,
})

/** @throws Error naming the file that cannot be read */
export async function hookOptions({ onUpload }: Config): Promise<HookOptions> {
  const { webhook, command, queue, retry } = onUpload
  return {
    webhook: webhook
      ? { ...webhook, ca: webhook.ca === null ? undefined : await readFile(webhook.ca, 'utf8') }
      : undefined,
    command: command ?? undefined,
    queue,
    retry,
  }
}
/** Of the users who have limits, by name. */
export const userRates = ({ users }: Config): ReadonlyMap<string, Rates> =>
  new Map(
    users
      .filter(({ limits }) => limits.upload !== null || limits.download !== null)
      .map(({ name, limits: { upload, download } }) => [
        name,
        { upload: upload ?? undefined, download: download ?? undefined },
      ]),
  )

export const userRecords = ({ users }: Config): UserRecord[] => users.map(userRecord)

const userRecord = (user: UserConfig): UserRecord => ({
  name: user.name,
  passwordHash: user.certificate?.password === 'not-needed' ? undefined : user.passwordHash,
  totp: user.totp ?? undefined,
  certificate: certificateRule(user),
  home: user.home,
  grants: Object.entries(user.grants),
  mounts: user.mounts.map(({ at, source, grants }) => ({ at, source, rights: grants })),
  allowFrom: user.allowFrom ?? undefined,
  validFrom: user.validFrom === null ? undefined : new Date(user.validFrom),
  hours: user.hours ?? undefined,
  expires: user.expires === null ? undefined : new Date(user.expires),
  disabled: user.disabled,
  maxSessions: user.limits.sessions ?? undefined,
  quota: user.quota === null ? undefined : { bytes: user.quota.size, files: user.quota.files },
  compat: user.compat,
})

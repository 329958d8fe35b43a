import { readFile } from 'node:fs/promises'
import type { UserRecord } from '../auth/user.js'
import type { Config, UserConfig } from '../config/schema.js'
import type { StorageOptions } from '../files/storage.js'
import type { LimitOptions } from '../limits/options.js'
import type { SessionOptions } from '../session/services.js'
import type { TlsMaterial } from '../tls/contexts.js'

// What each part of the server is told of the configuration: the only place where a part's options meet the file's keys.

/** @throws Error naming the file that cannot be read */
export async function tlsMaterial({ tls }: Config): Promise<TlsMaterial> {
  const certificates = tls.certificates.map(async ({ cert, key }) => ({
    cert: await readFile(cert, 'utf8'),
    key: await readFile(key, 'utf8'),
  }))
  return { certificates: await Promise.all(certificates), minVersion: tls.minVersion }
}

export const sessionOptions = ({ server }: Config): SessionOptions => ({
  greeting: server.greeting,
  loginTimeout: server.timeouts.login,
  idleTimeout: server.timeouts.idle,
})

export const limitOptions = ({ server, auth }: Config): LimitOptions => {
  const { connectionsPerAddress, failuresPerAddress, failuresPerUserAndAddress } = auth.limits
  return {
    maxSessions: server.maxSessions,
    maxSessionsPerAddress: server.maxSessionsPerAddress,
    connectionRate: { count: connectionsPerAddress.max, window: connectionsPerAddress.within },
    userFailures: {
      count: failuresPerUserAndAddress.max,
      window: failuresPerUserAndAddress.within,
      block: failuresPerUserAndAddress.block,
    },
    addressFailures: {
      count: failuresPerAddress.max,
      window: failuresPerAddress.within,
      ban: failuresPerAddress.block,
    },
  }
}

export const storageOptions = ({ filesystem, storage, uploads }: Config): StorageOptions => ({
  portable: filesystem.portable,
  umask: storage.umask,
  durability: uploads.durability,
  checksum: uploads.checksum,
  maxSize: uploads.maxSize ?? undefined,
  keepPartial: uploads.keepPartial,
})

export const userRecords = ({ users }: Config): UserRecord[] => users.map(userRecord)

const userRecord = (user: UserConfig): UserRecord => ({
  name: user.name,
  passwordHash: user.passwordHash,
  home: user.home,
  grants: Object.entries(user.grants),
  allowFrom: user.allowFrom ?? undefined,
  expires: user.expires === null ? undefined : new Date(user.expires),
  disabled: user.disabled,
  maxSessions: user.limits.sessions ?? undefined,
  compat: user.compat,
})

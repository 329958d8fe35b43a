import * as z from 'zod'
import type { Compat } from '../core/identity.js'
import { auth } from './auth.js'
import { checkTogether } from './checks.js'
import type { DeepReadonly } from './freeze.js'
import { onUpload } from './on-upload.js'
import { audit, filesystem, hashing, log, passive, server, storage, tls, uploads } from './sections.js'
import { user } from './users.js'

/** The whole file. Parsing it gives {@link Settings}, in which paths are still as written. */
export const configSchema = z
  .strictObject(
    {
      server: server().prefault({}).describe('The control connection.'),
      tls: tls().describe('Certificates and what is asked of a TLS connection.'),
      passive: passive().prefault({}).describe('The data connections.'),
      auth: auth().prefault({}).describe('Limits on connections and logins.'),
      storage: storage().prefault({}).describe('Where the files are.'),
      filesystem: filesystem().prefault({}).describe('How files are reached.'),
      uploads: uploads().prefault({}).describe('When an upload counts as received.'),
      onUpload: onUpload().prefault({}).describe('Who is told of uploads that were stored.'),
      hashing: hashing().prefault({}).describe('The cost that HASH, XSHA256 and the like may have.'),
      audit: audit().prefault({}).describe('The record of who did what.'),
      log: log().prefault({}).describe('The operational log, on stdout.'),
      users: z
        .array(user(), { error: 'a list of users (portcullis user add NAME writes one)' })
        .describe('Everyone who may log in.'),
    },
    { error: 'a section of keys' },
  )
  .superRefine(checkTogether, { when: ({ value }) => typeof value === 'object' && value !== null })

export type Settings = z.output<typeof configSchema>

type UserSettings = Settings['users'][number]

/** One user with everything filled in. `home` is absolute; `expires` in ms since 1970, the first moment refused. */
export type UserConfig = DeepReadonly<
  Omit<UserSettings, 'home' | 'compat'> & { home: string; compat: Compat }
>

type ServerSettings = Omit<Settings['server'], 'controlSocket'> & { controlSocket: string | null }

/** The configuration in force. Paths are absolute, durations milliseconds, sizes bytes. Frozen. */
export type Config = DeepReadonly<
  Omit<Settings, 'users' | 'server' | 'auth'> & {
    server: ServerSettings
    auth: Omit<Settings['auth'], 'state'> & { state: string }
  }
> & {
  readonly users: readonly UserConfig[]
}

import * as z from 'zod'
import { storeAddress } from './network.js'
import { count, duration, hostPath } from './scalars.js'

const window = (max: number, within: string, what: string) => ({
  max: count(1, 1_000_000).default(max).describe(`Most ${what} within that time.`),
  within: duration().prefault(within).describe('The time over which they are counted.'),
})

const block = () => duration().prefault('15m').describe('How long the next ones are then refused.')

export const auth = () =>
  z.strictObject({
    store: storeAddress()
      .default('memory')
      .describe(
        'Where counters and bans are kept. `memory`: in this process. The address of a Redis or Valkey server: shared by all servers that name it; best given as `!file` when it holds a password.',
      ),
    onStoreFailure: z
      .enum(['closed', 'open'])
      .default('closed')
      .describe(
        'When that server cannot be asked: `closed` refuses connections and logins, `open` goes on with counters of its own.',
      ),
    state: hostPath('file')
      .nullable()
      .default(null)
      .describe(
        'File that keeps bans, known addresses and used one-time codes over a restart with `store: memory`; `null`: `limits.json` beside the audit log.',
      ),
    limits: z
      .strictObject({
        connectionsPerAddress: z
          .strictObject(window(120, '1m', 'new connections from one address (IPv6: one /64)'))
          .prefault({})
          .describe('New connections from one address.'),
        failuresPerUserAndAddress: z
          .strictObject({
            ...window(5, '15m', 'failed logins of one user from one address'),
            block: block(),
          })
          .prefault({})
          .describe('Failed logins of one user from one address.'),
        failuresPerAddress: z
          .strictObject({
            ...window(20, '15m', 'failed logins from one address'),
            block: duration()
              .prefault('15m')
              .describe('How long the address is then banned: it cannot connect. Doubled with each ban.'),
            maxBlock: duration().prefault('24h').describe('Most that a ban grows to.'),
            forget: duration()
              .prefault('7d')
              .describe('How long after a ban the next one of the address is a first one again.'),
          })
          .prefault({})
          .describe('Failed logins from one address, whichever the users.'),
        failuresPerUser: z
          .strictObject({
            ...window(50, '1h', 'failed logins of one user from all addresses that are not known for it'),
            block: duration()
              .prefault('1h')
              .describe(
                'How long the user is then refused, except from addresses it logged in from within 30 days.',
              ),
          })
          .prefault({})
          .describe('Failed logins of one user, from wherever.'),
        handshakeFailuresPerAddress: z
          .strictObject(window(100, '15m', 'failed TLS handshakes from one address'))
          .prefault({})
          .describe('Failed TLS handshakes from one address; then it is banned as for failed logins.'),
      })
      .prefault({})
      .describe('What guessing passwords runs into.'),
    verification: z
      .strictObject({
        concurrency: count(1, 64)
          .default(2)
          .describe('Passwords verified at a time; each takes the memory its hash names (19 MiB and up).'),
        queue: count(0, 10_000).default(64).describe('Logins that may wait for it; more are refused.'),
      })
      .prefault({})
      .describe('The cost a flood of logins may have.'),
  })

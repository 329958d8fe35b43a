import type * as z from 'zod'
import { checkClientCertificates } from './client-certificates.js'

/** Any part may be missing or of the wrong type here: these checks run even where single values are wrong. */
type Unchecked<T> = T extends object
  ? { readonly [K in keyof T]?: Unchecked<T[K]> } | undefined
  : T | undefined

interface Checked {
  readonly server: {
    readonly listen: { readonly port: number }
    maxSessions: number
    maxSessionsPerAddress: number
  }
  readonly auth: { readonly limits: { readonly failuresPerAddress: { block: number; maxBlock: number } } }
  readonly passive: { readonly ports: readonly number[] }
  readonly users: readonly { readonly name: string }[]
}

/** What no single key can tell: clashes between keys. The first path that the file holds is where they are shown. */
export function checkTogether(config: Unchecked<Checked>, context: z.core.$RefinementCtx): void {
  const wrong = (message: string, path: PropertyKey[], otherPath?: PropertyKey[]) =>
    context.addIssue({ code: 'custom', path, message, params: { complete: true, otherPath } })

  const port = config?.server?.listen?.port
  const passive = config?.passive?.ports
  if (typeof port === 'number' && Array.isArray(passive) && passive.includes(port)) {
    const message = `overlapping ports: server.listen.port is ${port}, which lies within passive.ports`
    wrong(message, ['passive', 'ports'], ['server', 'listen', 'port'])
  }

  const { maxSessions, maxSessionsPerAddress } = config?.server ?? {}
  if (
    typeof maxSessions === 'number' &&
    typeof maxSessionsPerAddress === 'number' &&
    maxSessionsPerAddress > maxSessions
  ) {
    const message = `server.maxSessionsPerAddress (${maxSessionsPerAddress}) is more than server.maxSessions (${maxSessions}) allows in all`
    wrong(message, ['server', 'maxSessionsPerAddress'], ['server', 'maxSessions'])
  }

  const { block, maxBlock } = config?.auth?.limits?.failuresPerAddress ?? {}
  if (typeof block === 'number' && typeof maxBlock === 'number' && block > maxBlock) {
    const place = ['auth', 'limits', 'failuresPerAddress']
    const message = 'a ban is longer than maxBlock from the first: make block shorter, or maxBlock longer'
    wrong(message, [...place, 'maxBlock'], [...place, 'block'])
  }
  checkClientCertificates({ ...config }, wrong)

  const seen = new Map<string, number>()
  const users: unknown = config?.users
  for (const [index, user] of (Array.isArray(users) ? users : []).entries()) {
    const name: unknown = user?.name
    if (typeof name !== 'string') continue
    const first = seen.get(name)
    if (first === undefined) seen.set(name, index)
    else
      wrong(`duplicate user name ${JSON.stringify(name)} (first: users[${first}])`, ['users', index, 'name'])
  }
}

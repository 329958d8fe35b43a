import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { User } from '../../auth/user.js'
import type { Config } from '../../config/schema.js'
import { isEveryAddress } from '../../core/endpoint.js'
import type { Reason } from '../../core/reason.js'
import { resolveHost } from '../../data/host-name.js'

const LOOPBACK = '127.0.0.1'

/** What makes the user's login fail, whatever the password, and what to do. */
const REMEDIES: Partial<Record<Reason, string>> = {
  user_disabled: 'is disabled: portcullis user enable',
  user_expired: 'has expired: users[].expires',
  user_not_yet_valid: 'may not log in yet: users[].validFrom',
  outside_hours: 'may not log in at this hour: users[].hours',
  certificate_missing: 'must show a client certificate, which this command has not: try another user',
  address_not_allowed: 'may not log in from this machine: add its address to users[].allowFrom for the trial',
}

export type TrialAddress = { readonly host: string } | { readonly refused: string }

/**
 * The address of this machine to log in at, as like a client's as can be: the one that PASV tells, if it is here; one of
 * the network; the loopback. Of these the first from which the user may log in: nothing is tried that must fail.
 */
export async function trialAddress(config: Config, user: User): Promise<TrialAddress> {
  const { host } = config.server.listen
  const hosts = isEveryAddress(host) ? await ownAddresses(config) : [host]
  let refusal: Reason | undefined
  for (const address of hosts) {
    refusal = user.refusal({ address }, new Date())
    if (refusal === undefined) return { host: address }
  }
  return { refused: (refusal && REMEDIES[refusal]) ?? `may not log in (${refusal})` }
}

async function ownAddresses({ passive: { publicAddress } }: Config): Promise<string[]> {
  const outer = Object.values(networkInterfaces())
    .flatMap(list => list ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address)
  const told = await addressOf(publicAddress)
  const first = outer.filter(address => address === told)
  return [...first, ...outer.filter(address => address !== told), LOOPBACK]
}

/** What cannot be resolved is told by another examination. */
async function addressOf(publicAddress: string | null): Promise<string | undefined> {
  if (publicAddress === null || isIPv4(publicAddress)) return publicAddress ?? undefined
  const [address] = await resolveHost(publicAddress).catch(() => [])
  return address
}

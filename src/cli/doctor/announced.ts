import { isIPv4 } from 'node:net'
import type { Config } from '../../config/schema.js'
import { type Resolve, resolveHost } from '../../data/host-name.js'
import { isPublic } from '../warnings.js'
import { type Examination, ok, problem, type Result, type Scene, warning } from './examination.js'
import { rangesOf } from './passive-range.js'

/** What PASV tells clients. That no public address is named is told by the examination of the configuration. */
export const announced: Examination = {
  name: 'PASV address',
  examine: ({ config: { passive } }: Scene) => judgeAnnounced(passive, resolveHost),
}

export async function judgeAnnounced(
  { publicAddress, ports, overrides }: Config['passive'],
  resolve: Resolve,
): Promise<Result[]> {
  const inside = overrides.map(({ address, networks }) =>
    ok(`clients in ${networks.join(', ')} are told ${address}`),
  )
  if (publicAddress === null) return [ok('clients are told the address they reached'), ...inside]
  const forward = `behind NAT, forward ${rangesOf(ports)} there to the same ports here`
  if (isIPv4(publicAddress)) return [ok(`clients are told ${publicAddress}; ${forward}`), ...inside]
  return [...(await judgeName(publicAddress, forward, resolve)), ...inside]
}

async function judgeName(name: string, forward: string, resolve: Resolve): Promise<Result[]> {
  const key = 'passive.publicAddress'
  const wrong = (why: string) => [
    problem(
      `${key}: ${name} ${why}: a server that starts now refuses PASV. Correct the name or its A record, or give an IPv4 address`,
      key,
    ),
  ]
  let addresses: readonly string[]
  try {
    addresses = await resolve(name)
  } catch (error) {
    return wrong(`does not resolve (${(error as NodeJS.ErrnoException).code})`)
  }
  const [address] = addresses
  if (address === undefined) return wrong('has no IPv4 address')
  if (isPublic(address)) return [ok(`clients are told that of ${name}, now ${address}; ${forward}`)]
  return [
    warning(
      `${key}: ${name} is ${address} as seen from here, no public address: clients outside cannot reach it. Name the outer address; that for clients inside goes into passive.overrides`,
      key,
    ),
  ]
}

import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import ipaddr from 'ipaddr.js'
import { parsePhc } from '../auth/argon2.js'
import type { Config, UserConfig } from '../config/schema.js'
import type { Finding } from './certificates.js'
import { inspectHooks } from './hooks.js'
import { inspectHours } from './inspect-hours.js'

/** What hashes made today have, in bytes; shorter ones are allowed (RFC 9106 §3.1). */
const SALT_BYTES = 16
const DIGEST_BYTES = 32
const READ_BY_OTHERS = 0o004
const WRITTEN_BY_OTHERS = 0o002

const warning = (path: string, message: string): Finding => ({ level: 'warning', path, message })

/** What works but is probably not meant. `file` is the configuration itself. */
export async function findWarnings(config: Config, file: string, now = Date.now()): Promise<Finding[]> {
  const users = await Promise.all(config.users.map((user, index) => aboutUser(user, `users[${index}]`, now)))
  return [
    ...(await aboutFile(file)),
    ...aboutProxies(config),
    ...aboutPassive(config),
    ...(await aboutFolder(config.storage.root, 'storage.root')),
    ...(await inspectHooks(config.onUpload)),
    ...users.flat(),
  ]
}

async function aboutFile(file: string): Promise<Finding[]> {
  const { mode } = await stat(file)
  if ((mode & READ_BY_OTHERS) === 0) return []
  return [
    warning(
      '',
      `everyone on this machine may read it and the password hashes in it; mend it with: chmod 600 ${file}`,
    ),
  ]
}

/** An IPv4 address that the internet can reach. */
export const isPublic = (address: string): boolean =>
  isIPv4(address) && ipaddr.parse(address).range() === 'unicast'

function aboutProxies({ server }: Config): Finding[] {
  if (!server.proxyProtocol.from.some(network => network.endsWith('/0'))) return []
  return [
    warning(
      'server.proxyProtocol.from',
      'holds every address: whoever reaches the ports can claim to be any client',
    ),
  ]
}

function aboutPassive({ passive, server, users }: Config): Finding[] {
  const findings: Finding[] = []
  const { publicAddress, ports } = passive
  if (publicAddress === null) {
    const own = Object.values(networkInterfaces()).flatMap(list => list ?? [])
    if (!own.some(({ address }) => isPublic(address))) {
      findings.push(
        warning(
          'passive.publicAddress',
          'not set, and this machine has no public IPv4 address: behind NAT, clients outside cannot open data connections. Set it to the outer address, or to a name for it, and forward passive.ports unchanged',
        ),
      )
    }
  } else if (isIPv4(publicAddress) && !isPublic(publicAddress)) {
    findings.push(
      warning(
        'passive.publicAddress',
        `${publicAddress} is no public address; clients outside cannot reach it. Name the outer address; that for clients inside goes into passive.overrides`,
      ),
    )
  }
  if (ports.length < server.maxSessionsPerAddress) {
    findings.push(
      warning(
        'passive.ports',
        `${ports.length} ports for up to ${server.maxSessionsPerAddress} sessions of one address: transfers at the same time may find none free`,
      ),
    )
  }
  if (users.length === 0)
    findings.push(warning('users', 'nobody can log in; add someone with: portcullis user add NAME'))
  return findings
}

async function aboutFolder(folder: string, path: string): Promise<Finding[]> {
  let facts: Stats
  try {
    facts = await stat(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return [
      warning(path, `${folder} ${code === 'ENOENT' ? 'does not exist' : `may not be looked at (${code})`}`),
    ]
  }
  if (!facts.isDirectory()) return [warning(path, `${folder} is no folder`)]
  if ((facts.mode & WRITTEN_BY_OTHERS) === 0) return []
  return [
    warning(path, `${folder} may be written by everyone on this machine; mend it with: chmod o-w ${folder}`),
  ]
}

async function aboutUser(user: UserConfig, path: string, now: number): Promise<Finding[]> {
  const findings = await aboutFolder(user.home, `${path}.home`)
  const hash = user.passwordHash === undefined ? undefined : parsePhc(user.passwordHash)
  if (hash && (hash.salt.length < SALT_BYTES || hash.digest.length < DIGEST_BYTES)) {
    findings.push(
      warning(
        `${path}.passwordHash`,
        `weaker than hashes made today; renew it with: portcullis user passwd ${user.name}`,
      ),
    )
  }
  if (Object.keys(user.grants).length === 0)
    findings.push(warning(`${path}.grants`, 'empty: the user may do nothing'))
  if (user.expires !== null && user.expires <= now && !user.disabled) {
    findings.push(warning(`${path}.expires`, 'has passed: the user can no longer log in'))
  }
  findings.push(...inspectHours(user, path, now))
  return findings
}

import { resolve } from 'node:path'
import { loadConfig } from '../config/load.js'
import { shownPath } from '../config/problem.js'
import type { Config } from '../config/schema.js'
import type { Finding } from './certificates.js'
import { EXIT } from './exit.js'
import { findingText, inspectConfig } from './inspect-config.js'
import { complain, print } from './print.js'

/** Says whether the server would start with this file, and what is probably not meant. @throws ConfigError */
export async function check(file: string): Promise<number> {
  const config = await loadConfig(file)
  const findings = await inspectConfig(config, resolve(file))
  for (const finding of findings) complain(formatFinding(finding))
  const errors = findings.filter(({ level }) => level === 'error').length
  if (errors > 0) {
    complain(
      `${shownPath(resolve(file))}: ${errors === 1 ? 'one error' : `${errors} errors`}; the server would not start`,
    )
    return EXIT.wrong
  }
  print(`${shownPath(resolve(file))}: valid; ${summary(config)}`)
  if (config.users.some(({ totp }) => totp !== null))
    print(`one-time codes need the right time, to 30 seconds; here it is ${new Date().toISOString()}`)
  return EXIT.fine
}

const formatFinding = (finding: Finding): string => `${finding.level}  ${findingText(finding)}`

function summary({ server, passive, users }: Config): string {
  const first = passive.ports[0]
  const last = passive.ports.at(-1)
  const data = first === last ? `port ${first}` : `${passive.ports.length} ports from ${first} to ${last}`
  return `listens on ${server.listen.host} port ${server.listen.port}, data on ${data}, ${users.length} ${users.length === 1 ? 'user' : 'users'}`
}

import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import type { Config } from '../config/schema.js'
import type { Finding } from './certificates.js'

type OnUpload = Config['onUpload']

const WRITTEN_BY_OTHERS = 0o002
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** What keeps the hooks from working, or is probably not meant. The address of a webhook is in no message. */
export async function inspectHooks({ webhook, command }: OnUpload): Promise<Finding[]> {
  return [
    ...(webhook ? await aboutWebhook(webhook) : []),
    ...(command ? await aboutCommand(command.argv[0] ?? '') : []),
  ]
}

async function aboutWebhook({ url, ca }: NonNullable<OnUpload['webhook']>): Promise<Finding[]> {
  const findings: Finding[] = []
  const { protocol, hostname } = new URL(url)
  if (protocol === 'http:' && !LOOPBACK.test(hostname)) {
    const message = 'uses http: the names of users and files cross the network unencrypted; use https'
    findings.push({ level: 'warning', path: 'onUpload.webhook.url', message })
  }
  if (ca !== null && !(await may(ca, constants.R_OK)))
    findings.push({ level: 'error', path: 'onUpload.webhook.ca', message: `${ca} cannot be read` })
  return findings
}

async function aboutCommand(program: string): Promise<Finding[]> {
  const about = (message: string): Finding[] => [{ level: 'warning', path: 'onUpload.command.argv', message }]
  const facts = await stat(program).catch(() => undefined)
  if (facts === undefined) return about(`${program} does not exist`)
  if (!facts.isFile() || !(await may(program, constants.X_OK)))
    return about(`${program} may not be run by this user`)
  if ((facts.mode & WRITTEN_BY_OTHERS) === 0) return []
  return about(`${program} may be changed by everyone on this machine; mend it with: chmod o-w ${program}`)
}

const may = (file: string, mode: number): Promise<boolean> =>
  access(file, mode).then(
    () => true,
    () => false,
  )

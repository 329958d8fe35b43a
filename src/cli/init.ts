import { mkdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import { hashPassword } from '../auth/argon2.js'
import { jsonSchemaText } from '../config/json-schema.js'
import { parseConfig } from '../config/load.js'
import { isHostName } from '../config/network.js'
import { shownPath } from '../config/problem.js'
import { createSelfSigned } from '../tls/self-signed.js'
import { connectLines } from './connect-lines.js'
import { exists } from './exists.js'
import { EXIT, UsageError } from './exit.js'
import { firstConfig } from './init-template.js'
import { generatePassword } from './password.js'
import { print } from './print.js'

const USER = 'partner'
const CERTIFICATE_DAYS = 365
const IMPLICIT_FTPS = 990
const LOCAL = ['localhost', '127.0.0.1', '::1'] as const

export interface InitOptions {
  readonly port?: number
}

/** Writes what a first start needs. @throws UsageError when something of it is there already */
export async function init(directory: string, { port = IMPLICIT_FTPS }: InitOptions): Promise<number> {
  const at = (...names: string[]) => resolve(directory, ...names)
  const config = at('config', 'portcullis.yaml')
  const schema = at('config', 'portcullis.schema.json')
  const certificateFile = at('certs', 'server.crt')
  const keyFile = at('certs', 'server.key')
  await refuseToOverwrite([config, certificateFile, keyFile])

  const password = generatePassword()
  const text = firstConfig({ port, user: USER, passwordHash: await hashPassword(password) })
  // Before anything is written: a port within the passive range, for instance, is refused here.
  await parseConfig(text, config)
  const pair = await createSelfSigned({ hosts: hostsOf(hostname()), days: CERTIFICATE_DAYS })

  const homes = at('data', USER)
  const logs = at('logs')
  for (const folder of [dirname(config), dirname(keyFile)]) await mkdir(folder, { recursive: true })
  for (const folder of [homes, logs]) await mkdir(folder, { recursive: true, mode: 0o750 })
  await writeNew(certificateFile, pair.cert, 0o644)
  await writeNew(keyFile, pair.key, 0o600)
  if (!(await exists(schema))) await writeNew(schema, jsonSchemaText(), 0o644)
  // Last: where it stands, the rest does too.
  await writeNew(config, text, 0o600)

  const written = [config, schema, certificateFile, keyFile, homes, logs]
  print(`Ready:\n${written.map(path => `  ${shownPath(path)}`).join('\n')}\n`)
  print(`User "${USER}" has the password  ${password}`)
  print('It is shown only now; "portcullis user passwd" sets another.\n')
  print(connectLines({ port, user: USER, password, certificate: pair.cert, certificateFile }))
  return EXIT.fine
}

async function refuseToOverwrite(files: readonly string[]): Promise<void> {
  const there: string[] = []
  for (const file of files) if (await exists(file)) there.push(file)
  if (there.length === 0) return
  const list = there.map(file => `  ${shownPath(file)}`).join('\n')
  throw new UsageError(
    `nothing was written, because this is there already:\n${list}\nMove it away, or choose another folder: portcullis init DIR`,
  )
}

const hostsOf = (own: string): readonly [string, ...string[]] =>
  isHostName(own) && own !== 'localhost' ? [own, ...LOCAL] : LOCAL

const writeNew = (path: string, text: string, mode: number): Promise<void> =>
  writeFile(path, text, { mode, flag: 'wx' })

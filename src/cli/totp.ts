import { chown, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { renderUnicodeCompact } from 'uqr'
import { TotpSecret } from '../auth/totp.js'
import { removeTotp, setTotp, totpReference } from '../config/edit.js'
import { loadConfig } from '../config/load.js'
import { replaceFile } from '../config/replace-file.js'
import type { Config } from '../config/schema.js'
import { GREETING } from '../config/sections.js'
import { exists } from './exists.js'
import { EXIT, UsageError } from './exit.js'
import { complain, print } from './print.js'
import { typed } from './prompt.js'
import { APPLIED } from './user.js'

export interface TotpOptions {
  /** The configuration file. */
  readonly config: string
  readonly confirm: boolean
  readonly secretFile?: string
  readonly remove?: boolean
}

const TRIES = 3
/** A longer name makes the QR code larger than small terminals. */
const MAX_ISSUER = 40

/** Gives a user one-time codes, or takes them away. */
export async function userTotp(name: string, options: TotpOptions): Promise<number> {
  const { config: file, confirm, secretFile, remove } = options
  const reference = await totpReference(file, name)
  if (remove) return await takeAway(name, file, reference)
  if (reference !== undefined && secretFile === undefined) {
    throw new UsageError(
      `the secret of "${name}" comes from ${reference}; name a new file with --secret-file, or --remove it first`,
    )
  }
  if (secretFile !== undefined && (await exists(secretFile)))
    throw new UsageError(`${secretFile} exists already; nothing was changed`)
  if (secretFile !== undefined && !(await exists(dirname(resolve(secretFile)))))
    throw new UsageError(`${secretFile} cannot be made: its folder does not exist; nothing was changed`)
  if (confirm && !process.stdin.isTTY)
    throw new UsageError('no terminal to ask for a code; --no-confirm goes without')
  const secret = TotpSecret.random()
  show(secret, name, issuerOf(await loadConfig(file)))
  if (confirm) await requireCode(secret)
  await store(secret, name, file, secretFile)
  print(`User "${name}" logs in with password and one-time code. ${APPLIED}`)
  return EXIT.fine
}

async function takeAway(name: string, file: string, reference: string | undefined): Promise<number> {
  await removeTotp(file, name)
  const left = reference === undefined ? '' : `\nThe secret is still where it was: ${reference}.`
  print(`User "${name}" logs in with the password alone. ${APPLIED}${left}`)
  return EXIT.fine
}

/** What authenticators list the code under. A colon would end it (Key URI Format of Google Authenticator). */
function issuerOf({ server: { greeting } }: Config): string {
  const name = greeting === GREETING ? hostname() : greeting
  return [...name.replaceAll(':', ' ').toWellFormed()].slice(0, MAX_ISSUER).join('').trim()
}

function show(secret: TotpSecret, user: string, issuer: string): void {
  const uri = secret.uri(issuer, user)
  print(inBlackAndWhite(renderUnicodeCompact(uri, { border: 2 })))
  print(`\nScan this with an authenticator, or give it one of these; they are shown only now.\n`)
  print(`secret  ${secret.text}\nURI     ${uri}\n`)
}

/** Whatever colours a terminal has: cameras want the dark squares dark. */
const inBlackAndWhite = (code: string): string =>
  process.stdout.isTTY ? code.replace(/^.+$/gm, '\x1b[97;40m$&\x1b[0m') : code

async function requireCode(secret: TotpSecret): Promise<void> {
  for (let left = TRIES; left > 0; left--) {
    const code = await typed('The code that it shows now: ', { echo: true })
    if (secret.stepOf(code, new Date()) !== undefined) return
    complain('That is wrong.')
  }
  throw new UsageError(
    `${TRIES} wrong codes; nothing was changed. Both clocks must be right; here it is ${new Date().toISOString()}`,
  )
}

/** Into the configuration, or a file that it names. @throws Error of node:fs, ConfigError; nothing is left then */
async function store(secret: TotpSecret, name: string, config: string, secretFile: string | undefined) {
  if (secretFile === undefined) {
    await setTotp(config, name, secret.text)
    return
  }
  const path = resolve(secretFile)
  await replaceFile(path, `${secret.text}\n`)
  try {
    // Made by root for a server that is not root: who reads the configuration must be able to read this too.
    const { uid, gid } = await stat(config)
    if (process.getuid?.() === 0) await chown(path, uid, gid)
    const written = isAbsolute(secretFile) ? path : relative(dirname(resolve(config)), path)
    await setTotp(config, name, { file: written })
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

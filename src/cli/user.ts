import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { hashPassword } from '../auth/argon2.js'
import { addUser, removeUser, requireUser, setDisabled, setPasswordHash } from '../config/edit.js'
import { loadConfig } from '../config/load.js'
import { shownPath } from '../config/problem.js'
import type { Config, UserConfig } from '../config/schema.js'
import { isUserName } from '../config/user-name.js'
import { PRESETS } from '../core/permission.js'
import { EXIT, UsageError } from './exit.js'
import { complain, print } from './print.js'
import { newPassword, type PasswordSource } from './prompt.js'
import { printTable } from './table.js'

interface InFile {
  readonly config: string
}

export interface AddOptions extends InFile, PasswordSource {
  readonly home?: string
  /** `FOLDER=PRESET`; none given means everything but chmod, everywhere. */
  readonly grant?: readonly string[]
}

export const APPLIED = 'A running server takes it in with "portcullis reload", or by itself with --watch.'

export async function userAdd(name: string, options: AddOptions): Promise<number> {
  const { config: file, home } = options
  if (!isUserName(name)) {
    throw new UsageError('a user name has 1 to 64 characters, no "/" and no control character')
  }
  // A name that is taken is told before a password is asked for.
  const before = await loadConfig(file)
  if (find(before, name)) throw new UsageError(`${shownPath(resolve(file))} has a user "${name}" already`)
  const grants = parseGrants(options.grant ?? ['/=read-write'])
  const password = await newPassword(name, options)
  const passwordHash = await hashPassword(password)
  const config = await addUser(file, { name, passwordHash, ...(home === undefined ? {} : { home }), grants })
  const added = find(config, name)
  print(`User "${name}" added, home ${added?.home}. ${APPLIED}`)
  printGenerated(password, options)
  return added && (await makeHome(added.home)) ? EXIT.fine : EXIT.failed
}

/** The user is there by then, with a password that was shown: what is left to do is told. */
async function makeHome(home: string): Promise<boolean> {
  try {
    await mkdir(home, { recursive: true, mode: 0o750 })
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    complain(`The home ${home} could not be made (${code}): make it, owned by the server's account.`)
    return false
  }
}

export async function userPasswd(name: string, options: InFile & PasswordSource): Promise<number> {
  await requireUser(options.config, name)
  const password = await newPassword(name, options)
  await setPasswordHash(options.config, name, await hashPassword(password))
  print(`User "${name}" has a new password. ${APPLIED}`)
  printGenerated(password, options)
  return EXIT.fine
}

export async function userDisable(name: string, { config }: InFile): Promise<number> {
  await setDisabled(config, name, true)
  print(`User "${name}" is disabled. ${APPLIED}`)
  return EXIT.fine
}

export async function userEnable(name: string, { config }: InFile): Promise<number> {
  await setDisabled(config, name, false)
  print(`User "${name}" is enabled. ${APPLIED}`)
  return EXIT.fine
}

export async function userRemove(name: string, { config }: InFile): Promise<number> {
  const home = find(await loadConfig(config), name)?.home
  await removeUser(config, name)
  print(
    `User "${name}" is removed. ${APPLIED}${home === undefined ? '' : `\nThe files in ${home} are still there.`}`,
  )
  return EXIT.fine
}

export async function userList({ config: file }: InFile): Promise<number> {
  const { users } = await loadConfig(file)
  const rows = users.map(user => [
    user.name,
    stateOf(user),
    grantsOf(user),
    user.allowFrom?.join(' ') ?? 'anywhere',
    factorsOf(user),
    user.home,
  ])
  printTable(['NAME', 'STATE', 'GRANTS', 'FROM', 'LOGIN', 'HOME'], rows)
  return EXIT.fine
}

const find = ({ users }: Config, name: string): UserConfig | undefined =>
  users.find(user => user.name === name)

const stateOf = ({ disabled, validFrom, expires }: UserConfig): string => {
  if (disabled) return 'disabled'
  if (validFrom !== null && validFrom > Date.now()) return 'not yet'
  return expires !== null && expires <= Date.now() ? 'expired' : 'active'
}

const factorsOf = ({ certificate, totp }: UserConfig): string =>
  [
    ...(certificate === null ? [] : ['certificate']),
    ...(certificate?.password === 'not-needed' ? [] : ['password']),
    ...(totp === null ? [] : ['totp']),
  ].join('+')

const grantsOf = ({ grants }: UserConfig): string =>
  Object.entries(grants)
    .map(([folder, rights]) => `${folder}=${typeof rights === 'string' ? rights : rights.join('+')}`)
    .join(' ')

function parseGrants(texts: readonly string[]): Record<string, string> {
  const presets = Object.keys(PRESETS)
  return Object.fromEntries(
    texts.map(text => {
      const [, folder, preset] = /^(\/.*)=([^=]+)$/.exec(text) ?? []
      if (folder !== undefined && preset !== undefined && presets.includes(preset)) return [folder, preset]
      throw new UsageError(
        `--grant takes FOLDER=PRESET such as /inbox=drop-box, with one of ${presets.join(', ')}; found "${text}"`,
      )
    }),
  )
}

const printGenerated = (password: string, { generate }: PasswordSource): void => {
  if (generate) print(`The password, shown only now:  ${password}`)
}

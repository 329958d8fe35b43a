import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Document, isMap, isScalar, isSeq, parseDocument, Scalar, type YAMLMap, YAMLSeq } from 'yaml'
import { parseConfig, readConfigText } from './load.js'
import { nearest } from './nearest.js'
import { ConfigError, fileProblem } from './problem.js'
import { replaceFile } from './replace-file.js'
import type { Config } from './schema.js'

/** A user as it is written into the file. */
export interface NewUser {
  readonly name: string
  readonly passwordHash: string
  readonly home?: string
  readonly grants: Readonly<Record<string, string | readonly string[]>>
}

// Each edit keeps comments and order, and returns the configuration as it is afterwards. A result that does not
// validate is not written; ConfigError then says why.

export const addUser = (file: string, user: NewUser): Promise<Config> =>
  edit(file, (document, refuse) => {
    if (find(document, user.name)) refuse(`has a user "${user.name}" already`)
    usersOf(document).add(document.createNode(user))
  })

export const setPasswordHash = (file: string, name: string, hash: string): Promise<Config> =>
  editUser(file, name, (user, refuse) => {
    const old = user.get('passwordHash', true)
    if (isScalar(old) && old.tag?.startsWith('!')) {
      refuse(`takes the hash of "${name}" from ${old.tag} ${old.value}; change it there`)
    }
    user.set('passwordHash', hash)
  })

export const setDisabled = (file: string, name: string, disabled: boolean): Promise<Config> =>
  editUser(file, name, user => {
    if (disabled) user.set('disabled', true)
    else user.delete('disabled')
  })

/** The secret of a user's one-time codes: itself, or the file that holds it. */
export const setTotp = (file: string, name: string, secret: string | { readonly file: string }) =>
  editUser(file, name, user => {
    const value = new Scalar(typeof secret === 'string' ? secret : secret.file)
    if (typeof secret !== 'string') value.tag = '!file'
    user.set('totp', value)
  })

export const removeTotp = (file: string, name: string): Promise<Config> =>
  editUser(file, name, user => void user.delete('totp'))

/** Pins a client certificate to the user: this one alone, or beside the others. */
export const setFingerprints = (
  file: string,
  name: string,
  fingerprint: string,
  beside: boolean,
): Promise<Config> =>
  edit(file, (document, refuse) => {
    const user = find(document, name) ?? refuse(noSuchUser(document, name))
    const old = user.get('certificate')
    const certificate = isMap(old) ? old : (document.createNode({}) as YAMLMap)
    const before = certificate.get('fingerprint')
    const pinned = isSeq(before)
      ? before.items.map(item => String(isScalar(item) ? item.value : item))
      : [before]
    const kept = beside ? pinned.filter(each => typeof each === 'string' && each !== fingerprint) : []
    const all = [...kept, fingerprint]
    certificate.set('fingerprint', document.createNode(all.length === 1 ? fingerprint : all))
    for (const other of ['subject', 'san']) certificate.delete(other)
    if (certificate !== old) user.set('certificate', certificate)
  })

export const removeUser = (file: string, name: string): Promise<Config> =>
  edit(file, (document, refuse) => {
    const users = usersOf(document)
    const index = users.items.findIndex(item => isMap(item) && item.get('name') === name)
    if (index < 0) refuse(noSuchUser(document, name))
    users.delete(index)
    // An empty block list would be written as nothing at all.
    if (users.items.length === 0) users.flow = true
  })

/** @throws ConfigError when the file has no such user; what else is wrong with it does not matter here */
export async function requireUser(file: string, name: string): Promise<void> {
  await existingUser(file, name)
}

/**
 * Where the secret of a user's one-time codes comes from, such as `!file ../secrets/acme`; undefined when it stands in
 * the configuration, or there is none. @throws ConfigError as {@link requireUser}
 */
export async function totpReference(file: string, name: string): Promise<string | undefined> {
  const totp = (await existingUser(file, name)).get('totp', true)
  return isScalar(totp) && totp.tag?.startsWith('!') ? `${totp.tag} ${totp.value}` : undefined
}

async function existingUser(file: string, name: string): Promise<YAMLMap> {
  const path = resolve(file)
  const document = parseDocument(await readConfigText(path))
  const user = find(document, name)
  if (!user) throw new ConfigError([fileProblem(path, noSuchUser(document, name))])
  return user
}

type Refuse = (reason: string) => never

const editUser = (
  file: string,
  name: string,
  change: (user: YAMLMap, refuse: Refuse) => void,
): Promise<Config> =>
  edit(file, (document, refuse) => {
    change(find(document, name) ?? refuse(noSuchUser(document, name)), refuse)
  })

async function edit(file: string, change: (document: Document, refuse: Refuse) => void): Promise<Config> {
  const shown = resolve(file)
  const text = await readConfigText(shown)
  const document = parseDocument(text)
  // Where the text is no YAML, the loader's messages are the better ones.
  if (document.errors.length > 0) return parseConfig(text, shown)
  const refuse = (reason: string): never => {
    throw new ConfigError([fileProblem(shown, reason)])
  }
  change(document, refuse)
  const changed = document.toString({ lineWidth: 0 })
  const config = await parseConfig(changed, shown)
  if ((await readConfigText(shown)) !== text) refuse('was changed by someone else meanwhile; try again')
  // Where the name is a link, the file it points to is replaced and the link stays.
  try {
    await replaceFile(await realpath(shown), changed)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    refuse(
      `cannot be written (${code}), nor another file in its folder; run this as the account they belong to`,
    )
  }
  return config
}

function usersOf(document: Document): YAMLSeq {
  const users = document.get('users')
  if (isSeq(users)) {
    if (users.items.length === 0) users.flow = false
    return users
  }
  const fresh = new YAMLSeq(document.schema)
  document.set('users', fresh)
  return fresh
}

const find = (document: Document, name: string): YAMLMap | undefined =>
  usersOf(document)
    .items.filter(item => isMap(item))
    .find(user => user.get('name') === name)

function noSuchUser(document: Document, name: string): string {
  const names = usersOf(document).items.flatMap(item => (isMap(item) ? [String(item.get('name'))] : []))
  const close = nearest(name, names)
  return `has no user "${name}"${close === undefined ? '' : `; did you mean "${close}"?`}`
}

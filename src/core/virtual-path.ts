import { Fault } from './fault.js'

declare const brand: unique symbol

/**
 * An absolute, normalised path as the client sees it: starts with `/`, no empty, `.` or `..` component, no
 * trailing slash except the root itself. Only {@link parsePath}, {@link childOf} and {@link parentOf} make one,
 * so a string from the network cannot reach the file system unchecked.
 */
export type VirtualPath = string & { readonly [brand]: 'VirtualPath' }

/**
 * Names beginning so are the server's own (uploads that are not yet complete); no client can list, read, name
 * or delete them.
 */
export const RESERVED_PREFIX = '.portcullis-'

/** NAME_MAX of every file system in common use, in bytes. */
const MAX_NAME_BYTES = 255
/** Bounds the walk: one open directory per component. */
const MAX_DEPTH = 128

export const ROOT = '/' as VirtualPath

/** CR and LF cannot be represented on the control connection (RFC 959 §3.1.1.5), NUL in no file name. */
const UNREPRESENTABLE = /[\r\n\0]/

/** True for a single file name that a client may use and that a listing may show. */
export const isAllowedName = (name: string): boolean =>
  name !== '' &&
  name !== '.' &&
  name !== '..' &&
  !name.includes('/') &&
  !UNREPRESENTABLE.test(name) &&
  !name.toLowerCase().startsWith(RESERVED_PREFIX) &&
  name.isWellFormed() &&
  Buffer.byteLength(name) <= MAX_NAME_BYTES

/**
 * Resolves what a client typed against its working directory. `..` is removed lexically and stops at the root,
 * which is sound because symbolic links are never followed.
 *
 * @throws Fault `name_not_allowed` for NUL, CR, LF, reserved or over-long names and over-deep paths
 */
export function parsePath(text: string, cwd: VirtualPath): VirtualPath {
  const parts = text.startsWith('/') ? [] : componentsOf(cwd)
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else if (isAllowedName(part)) parts.push(part)
    else throw new Fault('name_not_allowed')
  }
  if (parts.length > MAX_DEPTH) throw new Fault('name_not_allowed')
  return `/${parts.join('/')}` as VirtualPath
}

/** The components from the root down; none for the root. */
export const componentsOf = (path: VirtualPath): string[] => (path === ROOT ? [] : path.slice(1).split('/'))

/** The last component; empty for the root. */
export const nameOf = (path: VirtualPath): string => path.slice(path.lastIndexOf('/') + 1)

/** The containing folder; the root contains itself. */
export const parentOf = (path: VirtualPath): VirtualPath =>
  (path.slice(0, path.lastIndexOf('/')) || '/') as VirtualPath

/** An entry of a folder. `name` must come from a listing that already applied {@link isAllowedName}. */
export const childOf = (folder: VirtualPath, name: string): VirtualPath =>
  (folder === ROOT ? `/${name}` : `${folder}/${name}`) as VirtualPath

/** True when `path` is `folder` itself or lies beneath it. */
export const isWithin = (path: VirtualPath, folder: VirtualPath): boolean =>
  folder === ROOT || path === folder || path.startsWith(`${folder}/`)

/** What `path`, which must lie within `from`, is called once `from` is called `to`. */
export const rebase = (path: VirtualPath, from: VirtualPath, to: VirtualPath): VirtualPath => {
  if (path === from) return to
  return childOf(to, path.slice(from === ROOT ? 1 : from.length + 1))
}

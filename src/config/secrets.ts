/**
 * True for the keys whose values must never be shown, in no message and no log. A user that is a plain text
 * may be a name with its password, and the addresses of a webhook and of the store may hold one.
 */
export const isSecret = (path: readonly PropertyKey[]): boolean => {
  const [before, last] = path.slice(-2)
  return (
    last === 'passwordHash' ||
    last === 'totp' ||
    (before === 'audit' && last === 'key') ||
    (before === 'auth' && last === 'store') ||
    (before === 'webhook' && (last === 'secret' || last === 'url')) ||
    (before === 'users' && path.length === 2)
  )
}

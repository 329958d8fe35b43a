/**
 * True for the keys whose values must never be shown, in no message and no log. A user that is a plain text
 * may be a name with its password, and the address of a webhook may hold a token.
 */
export const isSecret = (path: readonly PropertyKey[]): boolean => {
  const [before, last] = path.slice(-2)
  return (
    last === 'passwordHash' ||
    last === 'totp' ||
    (before === 'audit' && last === 'key') ||
    (before === 'webhook' && (last === 'secret' || last === 'url')) ||
    (before === 'users' && path.length === 2)
  )
}

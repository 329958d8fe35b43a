import type { Identity, Mount, Quota } from '../core/identity.js'
import type { Reason } from '../core/reason.js'
import type { User } from './user.js'

/** Whether somebody who is logged in may go on. */
export type Standing =
  /** `until`: in milliseconds since 1970; undefined for as long as the configuration stays. */
  | { readonly stays: true; readonly until: number | undefined }
  /** `drain`: after the command that runs now. */
  | { readonly stays: false; readonly reason: Reason; readonly how: 'end' | 'drain' }

/**
 * Compares the user that a session logged in as with the user of that name as it is now. Whoever could not log in now
 * is out at once. Rights that became fewer end the session after what runs, which was begun when it was allowed; rights
 * that became more are had from the next login.
 */
export function standing(
  before: User,
  now: User | undefined,
  { address, time }: { readonly address: string; readonly time: Date },
): Standing {
  if (now === undefined) return { stays: false, reason: 'user_removed', how: 'end' }
  const refusal = now.refusal(address, time)
  if (refusal !== undefined) return { stays: false, reason: refusal, how: 'end' }
  // Perhaps because somebody else knows the old password, or has the old device.
  if (now.changedSince(before) !== undefined)
    return { stays: false, reason: 'credentials_changed', how: 'end' }
  if (takesAway(before.identity, now.identity))
    return { stays: false, reason: 'rights_reduced', how: 'drain' }
  return { stays: true, until: now.until(time) }
}

function takesAway(before: Identity, now: Identity): boolean {
  return (
    now.home !== before.home ||
    !now.grants.cover(before.grants) ||
    before.mounts.some(mount => !now.mounts.some(other => includes(other, mount))) ||
    isLess(now.quota, before.quota) ||
    (now.compat.dataSession === 'require' && before.compat.dataSession === 'prefer') ||
    (now.compat.close === 'strict' && before.compat.close === 'tolerant')
  )
}

const includes = (now: Mount, before: Mount): boolean =>
  now.at === before.at && now.source === before.source && now.grants.cover(before.grants)

const isLess = (now: Quota | undefined, before: Quota | undefined): boolean =>
  (['bytes', 'files'] as const).some(
    key => (now?.[key] ?? Number.POSITIVE_INFINITY) < (before?.[key] ?? Number.POSITIVE_INFINITY),
  )

import type { Identity, Mount, Quota } from '../core/identity.js'
import type { Reason } from '../core/reason.js'
import type { Claimant, User } from './user.js'

/** Whether somebody who is logged in may go on. */
export type Standing =
  /** `until`: in milliseconds since 1970; undefined for as long as the configuration stays. */
  | { readonly stays: true; readonly until: number | undefined }
  /** `drain`: after the command that runs now. */
  | { readonly stays: false; readonly reason: Reason; readonly how: 'end' | 'drain' }

/** Of a certificate, what the user's own part of the configuration can bring about; a pin is what it is trusted by. */
const NOT_THE_USERS: readonly Reason[] = [
  'certificate_missing',
  'certificate_mismatch',
  'certificate_untrusted',
]

/**
 * Compares the user that a session logged in as with the user of that name as it is now. Whoever could not log in now
 * is out at once. Rights that became fewer end the session after what runs, which was begun when it was allowed; rights
 * that became more are had from the next login.
 */
export function standing(before: User, now: User | undefined, claimant: Claimant, time: Date): Standing {
  if (now === undefined) return { stays: false, reason: 'user_removed', how: 'end' }
  const refusal = now.refusal(claimant, time)
  if (refusal !== undefined) {
    // The certificate is what it was: of the user something else is asked.
    const isNew = NOT_THE_USERS.includes(refusal) && now.hasOtherCertificates(before)
    return { stays: false, reason: isNew ? 'credentials_changed' : refusal, how: 'end' }
  }
  // Perhaps because somebody else knows the old password, or has the old device.
  if (now.changedSince(before) !== undefined)
    return { stays: false, reason: 'credentials_changed', how: 'end' }
  if (takesAway(before.identity, now.identity))
    return { stays: false, reason: 'rights_reduced', how: 'drain' }
  return { stays: true, until: now.until(time, claimant.certificate) }
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

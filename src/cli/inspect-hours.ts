import { Hours } from '../auth/hours.js'
import type { UserConfig } from '../config/schema.js'
import type { Finding } from './certificates.js'

/** Hours that never come while the user may log in. `path`: of the user. */
export function inspectHours(
  { hours, validFrom, expires }: UserConfig,
  path: string,
  now: number,
): Finding[] {
  // Without an end there is always a next week.
  if (hours === null || expires === null || expires <= now) return []
  const schedule = new Hours(hours)
  const from = Math.max(now, validFrom ?? now)
  const first = schedule.allows(from) ? from : schedule.changeAfter(from)
  if (first !== undefined && first < expires) return []
  return [
    {
      level: 'warning',
      path: `${path}.hours`,
      message: 'none of them comes before the user expires: the user can no longer log in',
    },
  ]
}

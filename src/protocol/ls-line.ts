import type { Entry } from '../core/ports.js'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
/** As `ls -l` does: half a year back, or ahead of the clock, shows the year in place of the time. */
const RECENT_MS = 182 * 86_400_000

/** One line of LIST, the form of `/bin/ls -l` that every client parses. Times are UTC; owners are not shown. */
export function formatLsLine(entry: Entry, now: number): string {
  const kind = entry.type === 'dir' ? 'd' : '-'
  const size = String(entry.size).padStart(12)
  return `${kind}${modeBits(entry.mode)} 1 ftp ftp ${size} ${lsTime(entry.modified, now)} ${entry.name}`
}

const TRIPLES = ['---', '--x', '-w-', '-wx', 'r--', 'r-x', 'rw-', 'rwx'] as const

const modeBits = (mode: number): string =>
  `${TRIPLES[(mode >> 6) & 7]}${TRIPLES[(mode >> 3) & 7]}${TRIPLES[mode & 7]}`

function lsTime(time: Date, now: number): string {
  const day = `${MONTHS[time.getUTCMonth()]} ${padded(time.getUTCDate(), ' ')}`
  const age = now - time.getTime()
  return age > RECENT_MS || age < -86_400_000
    ? `${day}  ${time.getUTCFullYear()}`
    : `${day} ${padded(time.getUTCHours(), '0')}:${padded(time.getUTCMinutes(), '0')}`
}

const padded = (number: number, fill: ' ' | '0'): string => (number < 10 ? `${fill}${number}` : `${number}`)

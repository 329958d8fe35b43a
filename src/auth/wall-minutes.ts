const DAYS: Readonly<Record<string, number>> = { Mon: 0, Tue: 1, Wed: 2, Thu: 3, Fri: 4, Sat: 5, Sun: 6 }

/** They are large, and many users have the same; there are no more than time zones. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  formats.set(timeZone, made)
  return made
}

/**
 * Reads the clocks of a time zone: of a time in milliseconds since 1970, the minutes since Monday, 00:00, that they show.
 *
 * @throws RangeError for a time zone that is none
 */
export function wallClockOf(timeZone: string): (time: number) => number {
  const format = formatOf(timeZone)
  return time => {
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
    for (const { type, value } of format.formatToParts(time)) parts[type] = value
    return (DAYS[parts.weekday ?? ''] ?? 0) * 1440 + Number(parts.hour) * 60 + Number(parts.minute)
  }
}

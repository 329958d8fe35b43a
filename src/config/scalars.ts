import * as z from 'zod'

// What one value may be. By convention the error of every schema here is the phrase that completes
// "expected …"; explain.ts turns it into a message.

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
/** setTimeout takes 2^31-1 ms at most (24.8 days) and fires at once beyond it. */
const LONGEST_TIMER = 24 * 86_400_000

const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}

const measure = (text: string, units: Readonly<Record<string, number>>): number => {
  const [, amount, unit] = /^(\d+)([A-Za-z]+)$/.exec(text) ?? []
  return Number(amount) * (units[unit ?? ''] ?? Number.NaN)
}

/** `500ms 30s 5m 24h 7d`, as milliseconds. Zero only where `orZero`, which then means "at once". */
export const duration = ({ orZero = false } = {}) => {
  const expected = `a duration such as 30s, 5m or 24h, ${orZero ? 'or 0s, ' : ''}at most 24d`
  return z
    .string({ error: expected })
    .regex(/^[0-9]+(ms|s|m|h|d)$/, expected)
    .refine(text => {
      const value = measure(text, DURATION_UNITS)
      return value <= LONGEST_TIMER && (orZero || value > 0)
    }, expected)
    .transform(text => measure(text, DURATION_UNITS))
    .meta({ title: 'duration' })
}

/** `10MiB 5GB`, as bytes. */
export const size = ({ min = 1 } = {}) => {
  const expected = `a size such as 10MiB or 5GB${min > 1 ? `, at least ${min / 1024}KiB` : ', more than 0'}`
  return z
    .string({ error: expected })
    .regex(/^[0-9]+(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/, expected)
    .refine(text => {
      const value = measure(text, SIZE_UNITS)
      return value >= min && Number.isSafeInteger(value)
    }, expected)
    .transform(text => measure(text, SIZE_UNITS))
    .meta({ title: 'size' })
}

/** `20MiB/s 500KB/s`, as bytes per second. Slower than a KiB a second nothing useful moves. */
export const rate = () => {
  const expected = 'a rate such as 20MiB/s or 500KB/s, at least 1KiB/s'
  const bytes = (text: string) => measure(text.slice(0, -'/s'.length), SIZE_UNITS)
  return z
    .string({ error: expected })
    .regex(/^[0-9]+(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)\/s$/, expected)
    .refine(text => bytes(text) >= 1024 && Number.isSafeInteger(bytes(text)), expected)
    .transform(bytes)
    .meta({ title: 'rate' })
}

export const count = (min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max}`
  return z.int({ error: expected }).min(min, expected).max(max, expected)
}

/** Octal permission bits. YAML reads 0027 as the number 27, hence the quotes. */
export const umask = () => {
  const expected = 'octal digits in quotes such as "0027", which leave the owner every right'
  return z
    .string({ error: expected })
    .regex(/^0?[0-7]{3}$/, expected)
    .refine(text => (Number.parseInt(text, 8) & 0o700) === 0, expected)
    .transform(text => Number.parseInt(text, 8))
    .meta({ title: 'octal digits' })
}

/** One line for people: no control characters, short enough for one reply. */
export const line = (maxLength: number) => {
  const expected = `one line of 1 to ${maxLength} characters`
  return z
    .string({ error: expected })
    .min(1, expected)
    .max(maxLength, expected)
    .regex(/^[^\0-\x1f\x7f]*$/, expected)
    .meta({ title: 'text' })
}

/** A path of the host, still as written; resolve.ts makes it absolute. */
export const hostPath = (what: 'file' | 'folder') => {
  const expected = `the path of a ${what}`
  return z
    .string({ error: expected })
    .min(1, expected)
    .regex(/^[^\0\r\n]*$/, `${expected}, not its content (write it without !file)`)
    .meta({ title: `${what} path` })
}

const DAY_MS = 86_400_000

const startOfDay = (text: string) => Date.parse(`${text}T00:00:00Z`)

const day = () => {
  const expected = 'a date such as 2030-12-31'
  return z
    .string({ error: expected })
    .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, expected)
    .refine(text => {
      const start = startOfDay(text)
      return !Number.isNaN(start) && new Date(start).toISOString().startsWith(text)
    }, expected)
}

/** The first day on which something holds, in UTC, as its first millisecond. */
export const firstDay = () => day().transform(startOfDay).meta({ title: 'date' })

/** The last day on which something holds, in UTC, as the first millisecond after it. */
export const lastDay = () =>
  day()
    .transform(text => startOfDay(text) + DAY_MS)
    .meta({ title: 'date' })

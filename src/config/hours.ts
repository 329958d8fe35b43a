import * as z from 'zod'
import { nearest } from './nearest.js'

// The hours of the week in which a user may be logged in. As in scalars.ts, each error completes "expected …".

/** As Europe counts them: 0 is Monday. */
const DAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

const DAYS_EXPECTED = `days such as mon, mon-fri or [mon, wed, fri], of ${DAYS.join(' ')}`

/** The days that a text such as `mon-fri` or `sat` names; `sat-mon` goes over the end of the week. */
function daysOf(text: string): number[] | undefined {
  const [first = '', last = first, ...more] = text
    .trim()
    .toLowerCase()
    .split(/\s*-\s*/)
  const [from, to] = [first, last].map(day => DAYS.indexOf(day))
  if (from === undefined || to === undefined || from < 0 || to < 0 || more.length > 0) return undefined
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, index) => (from + index) % 7)
}

const dayOrRange = () =>
  z
    .string({ error: DAYS_EXPECTED })
    .refine(text => daysOf(text) !== undefined, DAYS_EXPECTED)
    .meta({ title: 'day or range' })

/** Days as an ascending list of numbers without repeats; 0 is Monday. */
const days = () =>
  z
    .union([dayOrRange(), z.array(dayOrRange(), { error: DAYS_EXPECTED }).min(1, DAYS_EXPECTED)], {
      error: DAYS_EXPECTED,
    })
    .transform(value => {
      const all = [value].flat().flatMap(text => daysOf(text) ?? [])
      return [...new Set(all)].sort((a, b) => a - b)
    })
    .meta({ title: 'days' })

/** `06:00`, as minutes since midnight. */
const timeOfDay = () => {
  const expected = 'a time of day from "00:00" to "24:00"'
  const minutes = (text: string) => {
    const [hour = '', minute = ''] = text.split(':')
    return Number(hour) * 60 + Number(minute)
  }
  return z
    .string({ error: expected })
    .regex(/^([01]?[0-9]|2[0-4]):[0-5][0-9]$/, expected)
    .refine(text => minutes(text) <= 1440, expected)
    .transform(minutes)
    .meta({ title: 'time of day' })
}

const ZONE = 'a time zone such as Europe/Berlin, America/New_York or UTC'

/** By the name of its place: EST and the like are the same all the year round, which few people mean by them. */
function isTimeZone(text: string): boolean {
  if (text !== 'UTC' && !/^[A-Z][A-Za-z_]+(\/[A-Za-z0-9_+-]+){1,2}$/.test(text)) return false
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const timeZone = () =>
  z
    .string({ error: ZONE })
    .superRefine((text, context) => {
      if (isTimeZone(text)) return
      const close = nearest(text, Intl.supportedValuesOf('timeZone'))
      context.addIssue({ code: 'custom', message: ZONE, params: { nearest: close } })
    })
    .meta({ title: 'time zone' })

const range = () =>
  z
    .strictObject(
      {
        days: days().describe('The days on which it begins: `mon`, `mon-fri`, `[mon, wed, fri]`.'),
        from: timeOfDay().describe('The first minute, by the clocks of `timeZone`.'),
        to: timeOfDay().describe(
          'The first minute after it; `24:00` is the end of the day. Earlier than `from`: on the next day.',
        ),
      },
      { error: 'hours such as { days: mon-fri, from: "06:00", to: "20:00" }' },
    )
    .superRefine(
      ({ from, to }, context) => {
        if (from !== to && from !== 1440) return
        const message =
          from === to
            ? 'is when it begins as well; a whole day is from "00:00" to "24:00"'
            : '"24:00" is an end; to begin at midnight write "00:00" and the day after'
        context.addIssue({
          code: 'custom',
          path: [from === to ? 'to' : 'from'],
          message,
          params: { complete: true },
        })
      },
      { when: ({ issues }) => issues.length === 0 },
    )

const EXPECTED =
  'hours such as { timeZone: Europe/Berlin, allow: [{ days: mon-fri, from: "06:00", to: "20:00" }] }, or null'

export const hours = () =>
  z
    .strictObject(
      {
        timeZone: timeZone().describe(
          'Whose clocks they are told by, summer time included: `Europe/Berlin`, `UTC`.',
        ),
        allow: z
          .array(range(), { error: 'a list of hours: [{ days: mon-fri, from: "06:00", to: "20:00" }]' })
          .min(1, 'at least one entry (to keep the user out altogether: disabled: true)')
          .max(50, 'at most 50 entries')
          .describe('The hours in which the user may be logged in, one entry or several.'),
      },
      { error: EXPECTED },
    )
    .nullable()
    .default(null)
    .describe(
      'The hours of the week in which the user may be logged in ([access by time](operations.md#access-by-time)); a session that is open when they end is ended. `null`: always.',
    )

const isoDay = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** Dates between which no day lies. Either may be missing or of the wrong type here. */
export function checkValidity(
  { validFrom, expires }: { readonly validFrom?: unknown; readonly expires?: unknown },
  context: z.core.$RefinementCtx,
): void {
  if (typeof validFrom !== 'number' || typeof expires !== 'number' || validFrom < expires) return
  // What `expires` holds is the moment after its day.
  const last = isoDay(expires - 86_400_000)
  context.addIssue({
    code: 'custom',
    path: ['validFrom'],
    message: `is after expires (${last}), so the user could never log in`,
    params: { complete: true },
  })
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Hours, type HoursRecord } from '../../../src/auth/hours.js'

const MINUTE = 60_000
const [MON, TUE, WED, THU, FRI, SAT, SUN] = [0, 1, 2, 3, 4, 5, 6] as const
const clock = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
const span = (days: readonly number[], from: string, to: string): HoursRecord['allow'][number] => ({
  days,
  from: clock(from),
  to: clock(to),
})
const BERLIN = 'Europe/Berlin'
const WORK = span([MON, TUE, WED, THU, FRI], '06:00', '20:00')

const CASES: readonly (readonly [
  what: string,
  timeZone: string,
  allow: HoursRecord['allow'],
  at: string,
  allowed: boolean,
  change: string | undefined,
])[] = [
  ['within, in summer', BERLIN, [WORK], '2026-07-01T10:00:30Z', true, '2026-07-01T18:00:00Z'],
  ['within, in winter', BERLIN, [WORK], '2026-01-07T10:00:00Z', true, '2026-01-07T19:00:00Z'],
  ['the last millisecond', BERLIN, [WORK], '2026-07-01T17:59:59.999Z', true, '2026-07-01T18:00:00Z'],
  ['the end itself', BERLIN, [WORK], '2026-07-01T18:00:00Z', false, '2026-07-02T04:00:00Z'],
  ['over the weekend', BERLIN, [WORK], '2026-07-03T18:00:00Z', false, '2026-07-06T04:00:00Z'],
  [
    'over a weekend with a change of the clocks',
    BERLIN,
    [WORK],
    '2026-03-27T20:00:00Z',
    false,
    '2026-03-30T04:00:00Z',
  ],
  [
    'overnight, before midnight',
    'UTC',
    [span([FRI], '22:00', '04:00')],
    '2026-07-03T23:00:00Z',
    true,
    '2026-07-04T04:00:00Z',
  ],
  [
    'overnight, on the day after',
    'UTC',
    [span([FRI], '22:00', '04:00')],
    '2026-07-04T03:59:00Z',
    true,
    '2026-07-04T04:00:00Z',
  ],
  [
    'overnight begins on its days only',
    'UTC',
    [span([FRI], '22:00', '04:00')],
    '2026-07-03T03:00:00Z',
    false,
    '2026-07-03T22:00:00Z',
  ],
  [
    'overnight from Sunday to Monday',
    'UTC',
    [span([SUN], '22:00', '04:00')],
    '2026-07-05T23:00:00Z',
    true,
    '2026-07-06T04:00:00Z',
  ],
  [
    'entries that meet are one',
    'UTC',
    [span([MON], '08:00', '12:00'), span([MON], '12:00', '16:00')],
    '2026-07-06T09:00:00Z',
    true,
    '2026-07-06T16:00:00Z',
  ],
  [
    'the whole week',
    BERLIN,
    [span([MON, TUE, WED, THU, FRI, SAT, SUN], '00:00', '24:00')],
    '2026-03-28T00:00:00Z',
    true,
    undefined,
  ],
  [
    'an end in the hour that is left out',
    BERLIN,
    [span([SUN], '00:00', '02:30')],
    '2026-03-29T00:30:00Z',
    true,
    '2026-03-29T01:00:00Z',
  ],
  [
    'hours that lie in it never come',
    BERLIN,
    [span([SUN], '02:10', '02:50')],
    '2026-03-28T12:00:00Z',
    false,
    '2026-04-05T00:10:00Z',
  ],
  [
    'an end in the hour that comes twice, first',
    BERLIN,
    [span([SUN], '01:00', '02:30')],
    '2026-10-24T23:30:00Z',
    true,
    '2026-10-25T00:30:00Z',
  ],
  [
    'an end in the hour that comes twice, between',
    BERLIN,
    [span([SUN], '01:00', '02:30')],
    '2026-10-25T00:40:00Z',
    false,
    '2026-10-25T01:00:00Z',
  ],
  [
    'an end in the hour that comes twice, again',
    BERLIN,
    [span([SUN], '01:00', '02:30')],
    '2026-10-25T01:00:00Z',
    true,
    '2026-10-25T01:30:00Z',
  ],
  [
    'half an hour of summer time',
    'Australia/Lord_Howe',
    [span([SUN], '00:00', '12:00')],
    '2026-10-03T14:00:00Z',
    true,
    '2026-10-04T01:00:00Z',
  ],
]

for (const [what, timeZone, allow, at, allowed, change] of CASES) {
  test(what, () => {
    const hours = new Hours({ timeZone, allow })
    assert.equal(hours.allows(Date.parse(at)), allowed)
    const found = hours.changeAfter(Date.parse(at))
    assert.equal(found, change === undefined ? undefined : Date.parse(change))
  })
}

test('the change is the first minute whose answer is another, whatever the clocks do', () => {
  const entry = fc
    .record({
      days: fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 3 }),
      from: fc.nat(1439),
      to: fc.integer({ min: 1, max: 1440 }),
    })
    .filter(({ from, to }) => from !== to)
  const zones = [
    BERLIN,
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'UTC',
    'America/St_Johns',
  ]
  // Around the changes of 2026, and in between.
  const around = [
    '2026-03-08',
    '2026-03-29',
    '2026-04-05',
    '2026-10-04',
    '2026-10-25',
    '2026-11-01',
    '2026-07-01',
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.array(entry, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...around),
      fc.integer({ min: -2880 * MINUTE, max: 2880 * MINUTE }),
      (timeZone, allow, day, offset) => {
        const hours = new Hours({ timeZone, allow })
        const start = Date.parse(day) + offset
        const now = hours.allows(start)
        const change = hours.changeAfter(start)
        const until = Math.min(change ?? Number.POSITIVE_INFINITY, start + 2 * 1440 * MINUTE)
        if (change !== undefined) {
          assert.ok(change > start && change % MINUTE === 0)
          assert.equal(hours.allows(change), !now)
          assert.equal(hours.allows(change - 1), now)
        }
        for (let time = start; time < until; time += 5 * MINUTE) assert.equal(hours.allows(time), now)
      },
    ),
    { numRuns: 150 },
  )
})

test('a time zone that is none is refused', () => {
  assert.throws(() => new Hours({ timeZone: 'Mars/Olympus', allow: [WORK] }), RangeError)
})

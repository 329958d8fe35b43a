import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from '../../../src/config/load.js'
import { TLS, USERS } from '../../helpers/config-file.js'
import { problemsOf, told } from './problems.js'

const FILE = '/srv/config/portcullis.yaml'
const withUser = (lines: string) => `${TLS}${USERS}${lines}`
const hours = (allow: string, timeZone = 'Europe/Berlin') =>
  withUser(`    hours: { timeZone: ${timeZone}, allow: ${allow} }\n`)

const READ: readonly (readonly [allow: string, days: number[], from: number, to: number])[] = [
  ['[{ days: mon-fri, from: "06:00", to: "20:00" }]', [0, 1, 2, 3, 4], 360, 1200],
  ['[{ days: mon-fri, from: 06:00, to: 20:00 }]', [0, 1, 2, 3, 4], 360, 1200],
  ['[{ days: Sat-Mon, from: "6:00", to: "24:00" }]', [0, 5, 6], 360, 1440],
  ['[{ days: [mon, wed-thu, wed], from: "22:00", to: "06:30" }]', [0, 2, 3], 1320, 390],
  ['[{ days: sun, from: "00:00", to: "24:00" }]', [6], 0, 1440],
]

for (const [allow, days, from, to] of READ) {
  test(`${allow} is read`, async () => {
    const [user] = (await parseConfig(hours(allow), FILE)).users
    assert.deepEqual(user?.hours, { timeZone: 'Europe/Berlin', allow: [{ days, from, to }] })
  })
}

const WRONG: readonly (readonly [what: string, text: string, expected: RegExp])[] = [
  [
    'no time zone',
    withUser('    hours: { allow: [{ days: mon, from: "06:00", to: "20:00" }] }\n'),
    /hours\.timeZone: is missing; expected a time zone such as Europe\/Berlin/,
  ],
  [
    'a time zone that is none',
    hours('[{ days: mon, from: "06:00", to: "20:00" }]', 'Europe/Berln'),
    /timeZone: expected a time zone .*found "Europe\/Berln"; did you mean "Europe\/Berlin"\?/,
  ],
  [
    'an abbreviation',
    hours('[{ days: mon, from: "06:00", to: "20:00" }]', 'EST'),
    /timeZone: expected a time zone/,
  ],
  [
    'an offset',
    hours('[{ days: mon, from: "06:00", to: "20:00" }]', '"+01:00"'),
    /timeZone: expected a time zone/,
  ],
  [
    'the list alone',
    withUser('    hours: [{ days: mon, from: "06:00", to: "20:00" }]\n'),
    /hours: expected hours such as \{ timeZone: Europe\/Berlin, allow: /,
  ],
  [
    'a day that is none',
    hours('[{ days: mon-fry, from: "06:00", to: "20:00" }]'),
    /days: expected days such as mon, mon-fri or \[mon, wed, fri\], .*found "mon-fry"/,
  ],
  [
    'a number',
    hours('[{ days: mon, from: 6, to: "20:00" }]'),
    /from: expected a time of day from "00:00" to "24:00", found 6/,
  ],
  [
    'a time that is none',
    hours('[{ days: mon, from: "06:60", to: "20:00" }]'),
    /from: expected a time of day/,
  ],
  ['more than a day', hours('[{ days: mon, from: "06:00", to: "24:01" }]'), /to: expected a time of day/],
  [
    'no length',
    hours('[{ days: mon, from: "06:00", to: "06:00" }]'),
    /to: is when it begins as well; a whole day is from "00:00" to "24:00"/,
  ],
  ['a beginning at the end', hours('[{ days: mon, from: "24:00", to: "06:00" }]'), /from: "24:00" is an end/],
  [
    'no entry',
    hours('[]'),
    /allow: expected at least one entry \(to keep the user out altogether: disabled: true\)/,
  ],
  [
    'a first day after the last',
    withUser('    validFrom: 2027-01-02\n    expires: 2027-01-01\n'),
    /validFrom: is after expires \(2027-01-01\), so the user could never log in/,
  ],
  [
    'a first day that is none',
    withUser('    validFrom: 2027-02-30\n'),
    /validFrom: expected a date such as 2030-12-31/,
  ],
]

for (const [what, text, expected] of WRONG) {
  test(`${what} is a mistake`, async () => {
    const problems = (await problemsOf(text)).map(told)
    assert.equal(problems.length, 1, problems.join('\n'))
    assert.match(problems[0] ?? '', expected)
  })
}

test('one day is enough to be valid', async () => {
  const [user] = (await parseConfig(withUser('    validFrom: 2027-01-01\n    expires: 2027-01-01\n'), FILE))
    .users
  assert.equal(user?.validFrom, Date.UTC(2027, 0, 1))
  assert.equal(user?.expires, Date.UTC(2027, 0, 2))
})

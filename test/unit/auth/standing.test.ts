import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dummyHash } from '../../../src/auth/argon2.js'
import { type Standing, standing } from '../../../src/auth/standing.js'
import { User, type UserRecord } from '../../../src/auth/user.js'
import type { ClientCertificate } from '../../../src/core/client-certificate.js'
import type { Reason } from '../../../src/core/reason.js'

const HASH = dummyHash({ memory: 19_456, passes: 2, parallelism: 1 })
const NOW = new Date('2026-06-03T12:00:00Z')
const record: UserRecord = {
  name: 'acme',
  passwordHash: HASH,
  home: '/srv/acme',
  grants: [
    ['/', ['list', 'read']],
    ['/in', 'read-write'],
  ],
  mounts: [{ at: '/catalog', source: '/srv/catalog', rights: ['list', 'read'] }],
  quota: { bytes: 1000, files: undefined },
  compat: { dataSession: 'prefer', close: 'tolerant', ascii: 'convert', charset: 'utf-8' },
}
const WORK = { timeZone: 'UTC', allow: [{ days: [0, 1, 2, 3, 4], from: 6 * 60, to: 20 * 60 }] }

const PIN = 'a'.repeat(64)

const CASES: readonly (readonly [what: string, change: Partial<UserRecord>, expected: string])[] = [
  ['nothing', {}, 'stays'],
  ['more rights', { grants: [['/', 'read-write']] }, 'stays'],
  [
    'a grant for a folder, as large as before',
    {
      grants: [
        ['/', ['list', 'read']],
        ['/in', 'read-write'],
        ['/in/a', 'read-write'],
      ],
    },
    'stays',
  ],
  [
    'one more mount',
    { mounts: [...(record.mounts ?? []), { at: '/b', source: '/srv/b', rights: ['list'] }] },
    'stays',
  ],
  ['a larger quota', { quota: { bytes: 2000, files: undefined } }, 'stays'],
  ['no quota', { quota: undefined }, 'stays'],
  ['fewer sessions', { maxSessions: 1 }, 'stays'],
  ['networks that hold the address', { allowFrom: ['203.0.113.0/24'] }, 'stays'],
  ['an end', { expires: new Date('2026-06-05T00:00:00Z') }, 'stays until 2026-06-05T00:00:00.000Z'],
  ['hours', { hours: WORK }, 'stays until 2026-06-03T20:00:00.000Z'],
  [
    'hours and an earlier end',
    { hours: WORK, expires: new Date('2026-06-03T13:00:00Z') },
    'stays until 2026-06-03T13:00:00.000Z',
  ],
  ['hours that are over', { hours: { ...WORK, timeZone: 'Pacific/Auckland' } }, 'end outside_hours'],
  ['an end in the past', { expires: NOW }, 'end user_expired'],
  ['other networks', { allowFrom: ['10.0.0.0/8'] }, 'end address_not_allowed'],
  [
    'another password',
    { passwordHash: dummyHash({ memory: 19_456, passes: 2, parallelism: 1 }) },
    'end credentials_changed',
  ],
  ['another home', { home: '/srv/other' }, 'drain rights_reduced'],
  [
    'a right less',
    {
      grants: [
        ['/', ['list']],
        ['/in', 'read-write'],
      ],
    },
    'drain rights_reduced',
  ],
  [
    'a folder with less',
    {
      grants: [
        ['/', ['list', 'read']],
        ['/in', 'read-write'],
        ['/in/a', ['list']],
      ],
    },
    'drain rights_reduced',
  ],
  ['no mount', { mounts: [] }, 'drain rights_reduced'],
  [
    'a mount of something else',
    { mounts: [{ at: '/catalog', source: '/srv/b', rights: ['list', 'read'] }] },
    'drain rights_reduced',
  ],
  ['a smaller quota', { quota: { bytes: 999, files: undefined } }, 'drain rights_reduced'],
  ['a quota of files', { quota: { bytes: 1000, files: 5 } }, 'drain rights_reduced'],
  [
    'data connections that must resume',
    { compat: { ...record.compat, dataSession: 'require' } },
    'drain rights_reduced',
  ],
  ['strict ends of uploads', { compat: { ...record.compat, close: 'strict' } }, 'drain rights_reduced'],
]

const shown = (refusal?: Reason, changeAt?: Date): ClientCertificate => ({
  fingerprint: PIN,
  subject: 'CN=acme',
  names: { attribute: () => [], alternative: [] },
  refusal: () => refusal,
  changeAfter: () => changeAt?.getTime(),
})

const pins = (...fingerprints: string[]) => ({ certificate: { fingerprints } })

const CERTIFICATES: readonly (readonly [
  what: string,
  before: Partial<UserRecord>,
  now: Partial<UserRecord>,
  certificate: ClientCertificate | undefined,
  expected: string,
])[] = [
  ['the same pin', pins(PIN), pins(PIN), shown(), 'stays'],
  ['one pin more', pins(PIN), pins(PIN, 'b'), shown(), 'stays'],
  [
    'a certificate that comes to its end',
    pins(PIN),
    { ...pins(PIN), expires: new Date('2026-06-03T14:00:00Z') },
    shown(undefined, new Date('2026-06-03T13:00:00Z')),
    'stays until 2026-06-03T13:00:00.000Z',
  ],
  ['no certificate asked for', pins(PIN), {}, shown('certificate_revoked', NOW), 'stays'],
  ['the pin of the certificate that was shown', {}, pins(PIN), shown(), 'stays'],
  ['a pin, and no certificate shown', {}, pins(PIN), undefined, 'end credentials_changed'],
  ['another pin', pins(PIN), pins('b'), shown(), 'end credentials_changed'],
  [
    'another pin for a self-signed one',
    pins(PIN),
    pins('b'),
    shown('certificate_untrusted'),
    'end credentials_changed',
  ],
  ['a revocation', pins(PIN), pins(PIN), shown('certificate_revoked'), 'end certificate_revoked'],
  [
    'a revocation and another pin',
    pins(PIN),
    pins('b'),
    shown('certificate_revoked'),
    'end certificate_revoked',
  ],
  ['another authority', pins(PIN), pins(PIN), shown('certificate_untrusted'), 'end certificate_untrusted'],
  [
    'an end of the certificate',
    pins(PIN),
    pins(PIN),
    shown('certificate_expired'),
    'end certificate_expired',
  ],
  ['no password', pins(PIN), { ...pins(PIN), passwordHash: undefined }, shown(), 'end credentials_changed'],
]

function shownStanding(found: Standing): string {
  if (!found.stays) return `${found.how} ${found.reason}`
  return found.until === undefined ? 'stays' : `stays until ${new Date(found.until).toISOString()}`
}

for (const [what, before, now, certificate, expected] of CERTIFICATES) {
  test(`${what}: ${expected}`, () => {
    const claimant = { address: '203.0.113.1', certificate }
    const found = standing(new User({ ...record, ...before }), new User({ ...record, ...now }), claimant, NOW)
    assert.equal(shownStanding(found), expected)
  })
}

for (const [what, change, expected] of CASES) {
  test(`${what}: ${expected}`, () => {
    const claimant = { address: '203.0.113.1' }
    const found = standing(new User(record), new User({ ...record, ...change }), claimant, NOW)
    assert.equal(shownStanding(found), expected)
  })
}

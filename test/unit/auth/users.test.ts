import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dummyHash, parsePhc } from '../../../src/auth/argon2.js'
import { User, type UserRecord } from '../../../src/auth/user.js'
import { UserTable } from '../../../src/auth/users.js'

const CHEAP = { memory: 19_456, passes: 2, parallelism: 1 }
const DEAR = { memory: 65_536, passes: 3, parallelism: 4 }
const NOW = new Date('2026-06-01T12:00:00Z')

const record = (change: Partial<UserRecord> = {}): UserRecord => ({
  name: 'acme',
  passwordHash: dummyHash(CHEAP),
  home: '/srv/acme',
  grants: [['/', ['list']]],
  compat: { dataSession: 'require', close: 'strict', ascii: 'convert', charset: 'utf-8' },
  ...change,
})

const CASES: readonly (readonly [
  what: string,
  change: Partial<UserRecord>,
  address: string,
  reason?: string,
])[] = [
  ['no conditions', {}, '203.0.113.1'],
  ['a disabled user', { disabled: true }, '203.0.113.1', 'user_disabled'],
  ['an expired user', { expires: NOW }, '203.0.113.1', 'user_expired'],
  ['a user who expires later', { expires: new Date(NOW.getTime() + 1) }, '203.0.113.1'],
  ['a network that holds the address', { allowFrom: ['10.0.0.0/8', '203.0.113.0/24'] }, '203.0.113.1'],
  ['an IPv4-mapped address', { allowFrom: ['203.0.113.0/24'] }, '::ffff:203.0.113.1'],
  ['a network that does not', { allowFrom: ['203.0.113.0/24'] }, '203.0.114.1', 'address_not_allowed'],
  ['the other family', { allowFrom: ['0.0.0.0/0'] }, '2001:db8::1', 'address_not_allowed'],
  ['IPv6', { allowFrom: ['2001:db8::/32'] }, '2001:db8:ffff::1'],
  ['a single address', { allowFrom: ['203.0.113.1'] }, '203.0.113.1'],
  ['the neighbour of a single address', { allowFrom: ['203.0.113.1'] }, '203.0.113.2', 'address_not_allowed'],
  ['an empty list', { allowFrom: [] }, '203.0.113.1', 'address_not_allowed'],
  ['what is no address', { allowFrom: ['0.0.0.0/0'] }, 'nonsense', 'address_not_allowed'],
]

for (const [what, change, address, reason] of CASES) {
  test(`${what}: ${reason ?? 'let in'}`, () =>
    assert.equal(new User(record(change)).refusal({ address }, NOW), reason))
}

test('a name is found as it is written, and never on a prototype', () => {
  const users = new UserTable([record()])
  assert.equal(users.get('acme')?.identity.name, 'acme')
  for (const name of ['ACME', 'acme ', '__proto__', 'constructor']) assert.equal(users.get(name), undefined)
})

test('a name given twice, a weak hash and a bad network are refused', () => {
  assert.throws(() => new UserTable([record(), record()]), /given twice/)
  assert.throws(() => new UserTable([record({ passwordHash: 'plain' })]), /not argon2id, or too weak/)
  assert.throws(() => new UserTable([record({ allowFrom: ['10.0.0.0/99'] })]))
})

test('the dummy costs what most users cost', () => {
  const costOf = (users: readonly UserRecord[]) => {
    const { memory, passes, parallelism } = parsePhc(new UserTable(users).dummyHash) ?? {}
    return { memory, passes, parallelism }
  }
  const dear = ['a', 'b'].map(name => record({ name, passwordHash: dummyHash(DEAR) }))
  assert.deepEqual(costOf([record(), ...dear]), DEAR)
  assert.deepEqual(costOf([]), CHEAP)
})

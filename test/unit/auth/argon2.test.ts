import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  COST_FLOOR,
  dummyHash,
  hashPassword,
  meetsFloor,
  parsePhc,
  verifyPassword,
} from '../../../src/auth/argon2.js'
import { Fault } from '../../../src/core/fault.js'

const SALT = 'c2FsdHNhbHRzYWx0c2FsdA'
const DIGEST = 'ZGlnZXN0ZGlnZXN0ZGlnZXN0ZGlnZXN0ZGlnZXN0ZGk'

const phc = ({ id = 'argon2id', v = 19, m = 19_456, t = 2, p = 1, salt = SALT, digest = DIGEST } = {}) =>
  `$${id}$v=${v}$m=${m},t=${t},p=${p}$${salt}$${digest}`

test('a new hash meets the floor, fits its password and no other', async () => {
  const hash = await hashPassword('correct horse')
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.ok(meetsFloor(hash))
  assert.equal(await verifyPassword(hash, 'correct horse'), true)
  assert.equal(await verifyPassword(hash, 'correct horsf'), false)
})

test('a dummy is a hash of the asked cost that a password can be compared with', async () => {
  const dummy = dummyHash(COST_FLOOR)
  assert.ok(meetsFloor(dummy))
  assert.notEqual(dummy, dummyHash(COST_FLOOR))
  assert.equal(await verifyPassword(dummy, 'anything'), false)
})

test('comparing with what is no hash is a fault', async () => {
  await assert.rejects(verifyPassword('plain', 'plain'), Fault)
})

test('the parts of a hash are read', () => {
  const parsed = parsePhc(phc({ m: 65_536, t: 3, p: 4 }))
  assert.deepEqual([parsed?.memory, parsed?.passes, parsed?.parallelism], [65_536, 3, 4])
  assert.deepEqual([parsed?.salt.length, parsed?.digest.length], [16, 32])
})

const REFUSED: Readonly<Record<string, string>> = {
  'plain text': 'hunter2',
  nothing: '',
  argon2i: phc({ id: 'argon2i' }),
  argon2d: phc({ id: 'argon2d' }),
  'an old version': phc({ v: 16 }),
  'a short salt': phc({ salt: 'c2FsdA' }),
  'a short digest': phc({ digest: 'ZGln' }),
  bcrypt: '$2b$12$abcdefghijklmnopqrstuuNl2bBUCdLHgaDOvGcgHkl0gUOa7y3aW',
  'a trailing newline': `${phc()}\n`,
}

for (const [what, hash] of Object.entries(REFUSED)) {
  test(`${what} does not meet the floor`, () => assert.equal(meetsFloor(hash), false))
}

test('nothing below the floor meets it, and all above does', () => {
  const cost = fc.record({ m: fc.integer({ min: 1, max: 60_000 }), t: fc.integer({ min: 1, max: 6 }) })
  fc.assert(
    fc.property(
      cost,
      ({ m, t }) => meetsFloor(phc({ m, t })) === (m >= COST_FLOOR.memory && t >= COST_FLOOR.passes),
    ),
  )
})

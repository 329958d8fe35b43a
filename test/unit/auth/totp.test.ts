import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { splitCode, TotpSecret } from '../../../src/auth/totp.js'
import { otherHash } from './login-support.js'
import { CODES, ELSEWHERE, HERE, outcome, SECRET, setUp, user } from './totp-support.js'

const BOTH = 'password+totp'
const STEP = 30_000

describe('a code', () => {
  const cases: readonly (readonly [name: string, password: string, expected: string])[] = [
    ['of now, appended', `right${CODES[3]}`, BOTH],
    ['of the step before', `right${CODES[2]}`, BOTH],
    ['of the step after', `right${CODES[4]}`, BOTH],
    ['two steps old', `right${CODES[1]}`, 'wrong_code'],
    ['two steps early', `right${CODES[5]}`, 'wrong_code'],
    ['of nothing', 'right000000', 'wrong_code'],
    ['behind a wrong password', `wrong${CODES[3]}`, 'wrong_password'],
    ['behind nothing is the password', CODES[3], 'wrong_password'],
    ['before the password', `${CODES[3]}right`, 'wrong_password'],
    ['with a space before it', `right ${CODES[3]}`, 'wrong_password'],
    ['with one digit more', `right${CODES[3]}0`, 'wrong_password'],
    ['with one digit less', `right${CODES[3].slice(1)}`, 'wrong_password'],
    [
      'in other digits',
      `right${CODES[3].replace(/\d/g, digit => String.fromCodePoint(0xff10 + Number(digit)))}`,
      'wrong_password',
    ],
    ['that is missing, is awaited', 'right', 'awaited'],
    ['that is missing behind a wrong password, is not', 'wrong', 'wrong_password'],
  ]
  for (const [name, password, expected] of cases)
    test(`${name}: ${expected}, for one comparison`, async () => {
      const { attempt, compared, told } = setUp()
      assert.equal(await attempt(password), expected)
      assert.equal(compared.length, 1)
      const failed = told.filter(line => line.startsWith('failed'))
      assert.equal(failed.length, expected === BOTH || expected === 'awaited' ? 0 : 1)
    })

  const sent: readonly (readonly [name: string, code: string, expected: string])[] = [
    ['of now', CODES[3], BOTH],
    ['in two groups, as it is shown', `${CODES[3].slice(0, 3)} ${CODES[3].slice(3)}`, BOTH],
    ['two steps old', CODES[1], 'wrong_code'],
    ['of nothing', '000000', 'wrong_code'],
    ['of eight digits', `00${CODES[3]}`, 'wrong_code'],
    ['of six characters that are more bytes', 'üüüüüü', 'wrong_code'],
    ['of six letters', 'abcdef', 'wrong_code'],
    ['of blanks', '      ', 'wrong_code'],
    ['with the password before it', `right${CODES[3]}`, 'wrong_code'],
    ['that is empty', '', 'code_missing'],
  ]
  for (const [name, code, expected] of sent)
    test(`sent by ACCT, ${name}: ${expected}, for one comparison`, async () => {
      const { account, compared, told } = setUp()
      assert.equal(await account(code), expected)
      assert.equal(compared.length, 1)
      assert.equal(told.at(-1), `${expected === BOTH ? 'succeeded' : 'failed'} acme ${HERE}`)
    })

  test('is not looked for at the end of the password of a user without one', async () => {
    const { attempt, compared } = setUp()
    assert.equal(await attempt(`right${CODES[3]}`, HERE, 'plain'), 'wrong_password')
    assert.equal(await attempt('right', HERE, 'plain'), 'password')
    assert.deepEqual(
      compared.map(({ password }) => password),
      [`right${CODES[3]}`, 'right'],
    )
  })

  test('counts for a disabled user, or from a wrong network, no more than the password', async () => {
    const users = [
      user('off', { totp: SECRET, disabled: true }),
      user('far', { totp: SECRET, allowFrom: ['10.0.0.0/8'] }),
    ]
    const { attempt, compared } = setUp(users)
    assert.equal(await attempt(`right${CODES[3]}`, HERE, 'off'), 'user_disabled')
    assert.equal(await attempt('right', HERE, 'far'), 'address_not_allowed')
    assert.equal(compared.length, 2)
  })
})

describe('a used code', () => {
  test('is dead for every other address at once, and lives for the same one while it is right', async () => {
    const { attempt, account, state } = setUp()
    state.now = 3 * STEP
    assert.equal(await attempt(`right${CODES[3]}`), BOTH)
    const others = [attempt(`right${CODES[3]}`, ELSEWHERE), account(CODES[3], '2001:db8::1')]
    assert.deepEqual(await Promise.all(others), ['replayed_code', 'replayed_code'])
    const parallel = Array.from({ length: 10 }, () => attempt(`right${CODES[3]}`))
    assert.deepEqual(await Promise.all(parallel), Array(10).fill(BOTH))
    state.now = 5 * STEP - 1
    assert.equal(await account(CODES[3]), BOTH)
    assert.equal(await attempt(`right${CODES[3]}`, ELSEWHERE), 'replayed_code')
    state.now = 5 * STEP
    for (const address of [HERE, ELSEWHERE])
      assert.equal(await attempt(`right${CODES[3]}`, address), 'wrong_code')
  })

  test('belongs to one address only, when two come at the same time', async () => {
    const { attempt } = setUp()
    const both = await Promise.all([attempt(`right${CODES[3]}`), attempt(`right${CODES[3]}`, ELSEWHERE)])
    assert.deepEqual(both.sort(), [BOTH, 'replayed_code'])
  })

  test('leaves the other codes as they are', async () => {
    const { attempt } = setUp()
    assert.equal(await attempt(`right${CODES[3]}`), BOTH)
    assert.equal(await attempt(`right${CODES[4]}`, ELSEWHERE), BOTH)
    assert.equal(await attempt(`right${CODES[4]}`), 'replayed_code')
  })

  test('is not one that came with a wrong password', async () => {
    const { attempt } = setUp()
    assert.equal(await attempt(`wrong${CODES[3]}`, ELSEWHERE), 'wrong_password')
    assert.equal(await attempt(`right${CODES[3]}`), BOTH)
  })

  test('stays used over a reload, until the secret is another', async () => {
    const { attempt, replaceUsers } = setUp()
    assert.equal(await attempt(`right${CODES[3]}`), BOTH)
    replaceUsers([user('acme', { totp: SECRET }), user('new')])
    assert.equal(await attempt(`right${CODES[3]}`, ELSEWHERE), 'replayed_code')
    const fresh = TotpSecret.random()
    replaceUsers([user('acme', { totp: fresh.text })])
    assert.equal(await attempt(`right${CODES[3]}`), 'wrong_code')
    replaceUsers([user('acme', { totp: SECRET, passwordHash: otherHash() })])
    assert.equal(await attempt(`right${CODES[3]}`, ELSEWHERE), 'replayed_code')
  })

  test('is forgotten when its window is over', async () => {
    const { attempt, state, used } = setUp()
    for (let step = 1; step < CODES.length - 1; step++) {
      state.now = step * STEP
      for (const each of [step - 1, step, step + 1]) assert.equal(await attempt(`right${CODES[each]}`), BOTH)
      assert.ok(used.size <= 3)
    }
  })

  test('is kept without telling the code, the secret or the address', async () => {
    const { attempt, used } = setUp()
    assert.equal(await attempt(`right${CODES[3]}`), BOTH)
    const kept = JSON.stringify([...used])
    for (const text of [CODES[3], SECRET, HERE, 'acme']) assert.ok(!kept.includes(text))
  })
})

describe('a login between password and code', () => {
  test('counts as failed when it is given up, once', async () => {
    const { pass, told } = setUp()
    const step = await pass('acme', 'right')
    assert.ok('finish' in step)
    assert.deepEqual([await step.abandon(), await step.abandon()], [true, false])
    assert.equal(told.filter(line => line.startsWith('failed')).length, 1)
    await assert.rejects(step.finish(CODES[3]))
  })

  test('has one try, and nothing to give up after it', async () => {
    const { pass } = setUp()
    const step = await pass('acme', 'right')
    assert.ok('finish' in step)
    assert.equal(await outcome(step.finish('000000')), 'wrong_code')
    await assert.rejects(step.finish(CODES[3]))
    assert.equal(await step.abandon(), false)
  })

  test('is ended by a ban, the right code or not', async () => {
    const { pass, state } = setUp()
    const step = await pass('acme', 'right')
    assert.ok('finish' in step)
    state.banned = true
    assert.equal(await outcome(step.finish(CODES[3])), 'banned')
  })

  const reloads = [
    ['user_disabled', [user('acme', { totp: SECRET, disabled: true })]],
    ['unknown_user', []],
    ['wrong_code', [user('acme', { totp: TotpSecret.random().text })]],
    ['wrong_code', [user('acme')]],
    ['wrong_password', [user('acme', { totp: SECRET, passwordHash: otherHash() })]],
    [BOTH, [user('acme', { totp: SECRET, home: '/srv/other' })]],
  ] as const
  for (const [expected, users] of reloads)
    test(`goes by what a reload made of the user: ${expected}`, async () => {
      const { pass, replaceUsers } = setUp()
      const step = await pass('acme', 'right')
      assert.ok('finish' in step)
      replaceUsers(users)
      assert.equal(await outcome(step.finish(CODES[3])), expected)
    })
})

test('a code that a reload asks for is not left out by a login on its way', async () => {
  const { attempt, replaceUsers, state } = setUp()
  state.during = () => replaceUsers([user('plain', { totp: SECRET })])
  assert.equal(await attempt('right', HERE, 'plain'), 'code_missing')
})

test('a password that was right is compared anew each time where a code is asked for', async () => {
  const { attempt, compared } = setUp()
  for (let i = 0; i < 3; i++) assert.equal(await attempt(`right${CODES[3]}`), BOTH)
  assert.equal(compared.length, 3)
  for (let i = 0; i < 3; i++) assert.equal(await attempt('right', HERE, 'plain'), 'password')
  assert.equal(compared.length, 4)
})

test('a password remembered while no code was asked for is no help once one is', async () => {
  const { attempt, replaceUsers, compared } = setUp([user('acme')])
  assert.equal(await attempt('right'), 'password')
  replaceUsers([user('acme', { totp: SECRET })])
  assert.equal(await attempt('right'), 'awaited')
  assert.equal(compared.length, 2)
})

test('a code is split off the end, and never leaves nothing', () => {
  assert.deepEqual(splitCode('a123456'), { password: 'a', code: '123456' })
  assert.deepEqual(splitCode('1234567'), { password: '1', code: '234567' })
  assert.deepEqual(splitCode('ü\u{1f600}123456'), { password: 'ü\u{1f600}', code: '123456' })
  for (const text of ['', '123456', '12345', 'a12345', 'a12345b', 'a123 456'])
    assert.equal(splitCode(text), undefined)
})

test('a secret is 160 bits of chance, and an authenticator gets it in the form all of them read', () => {
  const secret = TotpSecret.random()
  assert.match(secret.text, /^[A-Z2-7]{32}$/)
  assert.notEqual(TotpSecret.random().text, secret.text)
  const uri = new URL(secret.uri('Partner file exchange', 'a b/ü'))
  assert.equal(
    `${uri.protocol}${uri.host}${uri.pathname}`,
    'otpauth:totp/Partner%20file%20exchange:a%20b%2F%C3%BC',
  )
  assert.deepEqual(Object.fromEntries(uri.searchParams), {
    ...{ issuer: 'Partner file exchange', secret: secret.text, algorithm: 'SHA1', digits: '6', period: '30' },
  })
})

test('a text that is no base32 is not repeated', () => {
  assert.throws(
    () => new TotpSecret('hunter2!'),
    error => error instanceof TypeError && !error.message.includes('unter'),
  )
})

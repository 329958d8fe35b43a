import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dummyHash, parsePhc } from '../../../src/auth/argon2.js'
import { Login } from '../../../src/auth/login.js'
import { UserSessions } from '../../../src/auth/sessions.js'
import type { UserRecord } from '../../../src/auth/user.js'
import { Verifier } from '../../../src/auth/verifier.js'
import type { ClientCertificate } from '../../../src/core/client-certificate.js'
import { Fault } from '../../../src/core/fault.js'
import type { LoginLimits } from '../../../src/core/login-ports.js'

const NOW = new Date('2026-06-01T12:00:00Z')
const NEVER = new AbortController().signal
const ADDRESS = '203.0.113.1'

const user = (name: string, change: Partial<UserRecord> = {}): UserRecord => ({
  name,
  passwordHash: dummyHash({ memory: 19_456, passes: 2, parallelism: 1 }),
  home: `/srv/${name}`,
  grants: [['/', ['list']]],
  compat: { dataSession: 'require', close: 'strict', ascii: 'convert', charset: 'utf-8' },
  ...change,
})

const USERS = [
  user('acme'),
  user('off', { disabled: true }),
  user('old', { expires: NOW }),
  user('far', { allowFrom: ['10.0.0.0/8'] }),
]

/** `right` is the password of everybody; what the limits are told and what is compared is written down. */
function setUp(users: readonly UserRecord[] = USERS) {
  const told: string[] = []
  const compared: string[] = []
  const state = { banned: false, during: () => {} }
  const limits: LoginLimits = {
    turn: async () => ({ [Symbol.dispose]() {} }),
    async check(name) {
      told.push(`check ${name}`)
      if (state.banned) throw new Fault('login_refused', { reason: 'banned' })
    },
    failed: async name => void told.push(`failed ${name}`),
    succeeded: async name => void told.push(`succeeded ${name}`),
  }
  const verifier = new Verifier(
    { concurrency: 1, queue: 10, cacheTtl: 60_000, cacheSize: 10 },
    {
      now: () => 0,
      async verify(hash, password) {
        compared.push(hash)
        state.during()
        return password === 'right'
      },
    },
  )
  const login = new Login(users, { limits, verifier, now: () => NOW })
  const attempt = (name: string, password: string, signal = NEVER) =>
    login.login({ user: name, password, address: ADDRESS }, signal).then(step => {
      assert.ok('identity' in step)
      return step.identity
    })
  return { login, attempt, told, compared, state }
}

const refused = (reason: string) => (error: unknown) =>
  error instanceof Fault && error.kind === 'login_refused' && error.reason === reason

test('the right password gives the identity and clears the failures', async () => {
  const { attempt, told } = setUp()
  const identity = await attempt('acme', 'right')
  assert.equal(identity.home, '/srv/acme')
  assert.ok(Object.isFrozen(identity))
  assert.deepEqual(told, ['check acme', 'check acme', 'succeeded acme'])
})

const REFUSALS = [
  ['acme', 'wrong', 'wrong_password'],
  ['nobody', 'right', 'unknown_user'],
  ['off', 'right', 'user_disabled'],
  ['old', 'right', 'user_expired'],
  ['far', 'right', 'address_not_allowed'],
] as const

for (const [name, password, reason] of REFUSALS) {
  test(`${reason} costs one comparison of the usual cost, every time, and counts as a failure`, async () => {
    const { attempt, told, compared } = setUp()
    for (let i = 0; i < 2; i += 1) await assert.rejects(attempt(name, password), refused(reason))
    assert.equal(compared.length, 2)
    for (const hash of compared) {
      const cost = parsePhc(hash)
      assert.deepEqual([cost?.memory, cost?.passes, cost?.parallelism], [19_456, 2, 1])
    }
    assert.deepEqual(told, [`check ${name}`, `failed ${name}`, `check ${name}`, `failed ${name}`])
  })
}

const MALFORMED = [
  '',
  'a\0',
  'a\r\n',
  '\x1b[2J',
  '\x7f',
  '\u0085',
  '\ud800',
  'x'.repeat(1025),
  'é'.repeat(513),
]

for (const text of MALFORMED) {
  test(`malformed before anything else: ${JSON.stringify(text.slice(0, 10))} (${text.length})`, async () => {
    const { attempt, told, compared } = setUp()
    await assert.rejects(attempt('acme', text), refused('malformed_credentials'))
    await assert.rejects(attempt(text, 'right'), refused('malformed_credentials'))
    assert.deepEqual(compared, [])
    assert.ok(told.every(line => line.startsWith('failed')))
  })
}

test('credentials of 1024 bytes are looked at', async () => {
  const { attempt } = setUp()
  await assert.rejects(attempt('acme', 'é'.repeat(512)), refused('wrong_password'))
})

test('a remembered password does not pass a ban', async () => {
  const { attempt, compared, state } = setUp()
  await attempt('acme', 'right')
  await attempt('acme', 'right')
  assert.equal(compared.length, 1)
  state.banned = true
  await assert.rejects(attempt('acme', 'right'), refused('banned'))
})

test('a guess that was on its way when the ban began fails even when it is right', async () => {
  const { attempt, state } = setUp()
  state.during = () => {
    state.banned = true
  }
  await assert.rejects(attempt('acme', 'right'), refused('banned'))
})

test('a reload during the comparison decides', async () => {
  const cases = [
    { users: [], reason: 'wrong_password' },
    { users: [user('acme')], reason: 'wrong_password' },
  ]
  for (const { users, reason } of cases) {
    const { login, attempt, state } = setUp()
    state.during = () => login.replaceUsers(users)
    await assert.rejects(attempt('acme', 'right'), refused(reason))
  }
})

test('a reload replaces all users and forgets the passwords, a bad one nothing', async () => {
  const { login, attempt, compared } = setUp()
  await attempt('acme', 'right')
  assert.throws(() => login.replaceUsers([user('x', { passwordHash: 'plain' })]))
  await attempt('acme', 'right')
  assert.equal(compared.length, 1)
  login.replaceUsers(USERS)
  await attempt('acme', 'right')
  assert.equal(compared.length, 2)
})

test('sessions of users who could not log in any more may not go on', async () => {
  const cases: [change: Partial<UserRecord> | undefined, reason: string | undefined][] = [
    [{}, undefined],
    [undefined, 'user_removed'],
    [{ disabled: true }, 'user_disabled'],
    [{ expires: NOW }, 'user_expired'],
    [{ validFrom: new Date(NOW.getTime() + 1) }, 'user_not_yet_valid'],
    [{ allowFrom: ['10.0.0.0/8'] }, 'address_not_allowed'],
  ]
  for (const [change, reason] of cases) {
    const acme = user('acme')
    const { login, attempt } = setUp([acme])
    const identity = await attempt('acme', 'right')
    login.replaceUsers(change === undefined ? [] : [{ ...acme, ...change }])
    const standing = login.standing(identity, { address: ADDRESS })
    assert.equal(standing.stays ? undefined : standing.reason, reason)
  }
})

test('an aborted login is neither a failure nor a success', async () => {
  const { attempt, told } = setUp()
  const aborted = (error: unknown) => error instanceof Fault && error.kind === 'aborted'
  await assert.rejects(attempt('acme', 'right', AbortSignal.abort()), aborted)
  assert.deepEqual(told, ['check acme'])
})

test('sessions of a user are counted while they live, and given back once', async () => {
  const { attempt, login } = setUp([user('acme', { maxSessions: 2 }), user('free')])
  const sessions = new UserSessions({ standing: (...session) => login.standing(...session) })
  const occupant = { address: ADDRESS, end: () => {}, drain: () => {} }
  const acme = await attempt('acme', 'right')
  const first = sessions.enter(acme, occupant)
  sessions.enter(acme, occupant)
  assert.throws(() => sessions.enter(acme, occupant), refused('too_many_sessions'))
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  sessions.enter(acme, occupant)
  assert.throws(() => sessions.enter(acme, occupant), refused('too_many_sessions'))
  const free = await attempt('free', 'right')
  for (let i = 0; i < 100; i += 1) sessions.enter(free, occupant)
})

test('without the certificate a login costs a verification, and its form is judged as everyone’s', async () => {
  const own: ClientCertificate = {
    fingerprint: 'a'.repeat(64),
    subject: 'CN=acme',
    names: { attribute: () => [], alternative: [] },
    refusal: () => undefined,
    changeAfter: () => undefined,
  }
  const others = { ...own, fingerprint: 'b'.repeat(64) }
  const revoked: ClientCertificate = { ...own, refusal: () => 'certificate_revoked' }
  const certificate = { fingerprints: [own.fingerprint] }
  const { login, compared } = setUp([
    user('both', { certificate }),
    user('coded', { certificate, totp: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }),
    user('alone', { certificate, passwordHash: undefined }),
    user('plain'),
  ])
  const outcome = async (name: string, password: string, shown: ClientCertificate | undefined) => {
    compared.length = 0
    const credentials = { user: name, password, address: ADDRESS, certificate: shown }
    const result = await login.login(credentials, NEVER).then(
      step => ('identity' in step ? step.factor : 'awaited'),
      (fault: Fault) => fault.reason,
    )
    return `${result}, ${compared.length}`
  }
  const cases: [string, string, ClientCertificate | undefined, string][] = [
    ['both', 'right', own, 'certificate+password, 1'],
    ['coded', 'right', own, 'awaited, 1'],
    ['coded', 'wrong', own, 'wrong_password, 1'],
    ['coded', 'right', others, 'certificate_mismatch, 1'],
    ['both', 'wrong', own, 'wrong_password, 1'],
    ['both', 'right', undefined, 'certificate_missing, 1'],
    ['both', 'right', others, 'certificate_mismatch, 1'],
    ['both', 'right', revoked, 'certificate_revoked, 1'],
    ['alone', 'anything', own, 'certificate, 0'],
    ['alone', '', own, 'certificate, 0'],
    ['alone', 'right', undefined, 'certificate_missing, 1'],
    ['alone', 'right', others, 'certificate_mismatch, 1'],
    ['alone', '', others, 'malformed_credentials, 0'],
    ['plain', '', own, 'malformed_credentials, 0'],
    ['nobody', '', own, 'malformed_credentials, 0'],
    ['nobody', 'right', own, 'unknown_user, 1'],
  ]
  for (const [name, password, shown, expected] of cases)
    assert.equal(await outcome(name, password, shown), expected, `${name} ${password}`)
})

test('a user who needs neither password nor certificate is refused', () => {
  assert.throws(
    () => setUp([user('open', { passwordHash: undefined })]),
    /neither a password nor a certificate/,
  )
})

test('a user with codes needs a password', () => {
  const certificate = { fingerprints: ['a'.repeat(64)] }
  const totp = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  assert.throws(
    () => setUp([user('coded', { passwordHash: undefined, certificate, totp })]),
    /codes without a password/,
  )
})

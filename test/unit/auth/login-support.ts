import assert from 'node:assert/strict'
import { dummyHash } from '../../../src/auth/argon2.js'
import { Login } from '../../../src/auth/login.js'
import type { UserRecord } from '../../../src/auth/user.js'
import { Verifier } from '../../../src/auth/verifier.js'
import { Fault } from '../../../src/core/fault.js'
import type { LoginLimits } from '../../../src/core/login-ports.js'

export const NOW = new Date('2026-06-01T12:00:00Z')
export const NEVER = new AbortController().signal
export const ADDRESS = '203.0.113.1'

export const user = (name: string, change: Partial<UserRecord> = {}): UserRecord => ({
  name,
  passwordHash: dummyHash({ memory: 19_456, passes: 2, parallelism: 1 }),
  home: `/srv/${name}`,
  grants: [['/', ['list']]],
  compat: { dataSession: 'require', close: 'strict', ascii: 'convert', charset: 'utf-8' },
  ...change,
})

export const USERS = [
  user('acme'),
  user('off', { disabled: true }),
  user('old', { expires: NOW }),
  user('far', { allowFrom: ['10.0.0.0/8'] }),
]

/** `right` is the password of everybody; what the limits are told and what is compared is written down. */
export function setUp(users: readonly UserRecord[] = USERS) {
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

export const refused = (reason: string) => (error: unknown) =>
  error instanceof Fault && error.kind === 'login_refused' && error.reason === reason

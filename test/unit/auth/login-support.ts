import assert from 'node:assert/strict'
import { dummyHash } from '../../../src/auth/argon2.js'
import { Login } from '../../../src/auth/login.js'
import type { UserRecord } from '../../../src/auth/user.js'
import { UserTable } from '../../../src/auth/users.js'
import { Verifier } from '../../../src/auth/verifier.js'
import { Fault } from '../../../src/core/fault.js'
import type { LoginLimits, UsedCodes } from '../../../src/core/login-ports.js'

export const NOW = new Date('2026-06-01T12:00:00Z')
export const NEVER = new AbortController().signal
export const ADDRESS = '203.0.113.1'

/** A new one each time. */
export const otherHash = () => dummyHash({ memory: 19_456, passes: 2, parallelism: 1 })

export const user = (name: string, change: Partial<UserRecord> = {}): UserRecord => ({
  name,
  passwordHash: otherHash(),
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
export function scene(users: readonly UserRecord[], now: Date) {
  const told: string[] = []
  const compared: { hash: string; password: string }[] = []
  const state = { now: now.getTime(), banned: false, during: () => {} }
  const limits: LoginLimits = {
    turn: async () => ({ [Symbol.dispose]() {} }),
    async check(name, address) {
      told.push(`check ${name} ${address}`)
      if (state.banned) throw new Fault('login_refused', { reason: 'banned' })
    },
    failed: async (name, address) => void told.push(`failed ${name} ${address}`),
    succeeded: async (name, address) => void told.push(`succeeded ${name} ${address}`),
  }
  const used = new Map<string, { holder: number; until: number }>()
  const codes: UsedCodes = {
    async use(code, holder, duration) {
      for (const [key, { until }] of used) if (until <= state.now) used.delete(key)
      const first = used.get(code)
      if (first === undefined) used.set(code, { holder, until: state.now + duration })
      return first === undefined || first.holder === holder
    },
  }
  const verifier = new Verifier(
    { concurrency: 1, queue: 10, cacheTtl: 60_000, cacheSize: 10 },
    {
      now: () => 0,
      async verify(hash, password) {
        compared.push({ hash, password })
        state.during()
        return password === 'right'
      },
    },
  )
  const login = new Login(new UserTable(users), {
    ...{ limits, codes, verifier },
    now: () => new Date(state.now),
  })
  const pass = (name: string, password: string, address = ADDRESS, signal = NEVER) =>
    login.login({ user: name, password, address }, signal)
  const replaceUsers = (records: readonly UserRecord[]) => login.replaceUsers(new UserTable(records))
  return { login, pass, replaceUsers, told, compared, state, used }
}

/** A {@link scene} of users without codes. */
export function setUp(users: readonly UserRecord[] = USERS) {
  const made = scene(users, NOW)
  const attempt = (name: string, password: string, signal = NEVER) =>
    made.pass(name, password, ADDRESS, signal).then(step => {
      assert.ok('identity' in step)
      return step.identity
    })
  return { ...made, attempt }
}

export const refused = (reason: string) => (error: unknown) =>
  error instanceof Fault && error.kind === 'login_refused' && error.reason === reason

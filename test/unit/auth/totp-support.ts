import assert from 'node:assert/strict'
import { dummyHash } from '../../../src/auth/argon2.js'
import { Login } from '../../../src/auth/login.js'
import type { UserRecord } from '../../../src/auth/user.js'
import { Verifier } from '../../../src/auth/verifier.js'
import { Fault } from '../../../src/core/fault.js'
import type { AwaitedCode, LoggedIn, LoginLimits } from '../../../src/core/login-ports.js'

/** `12345678901234567890`, the secret of the test vectors of RFC 4226 and 6238. */
export const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
/** Its codes by step (RFC 4226, appendix D). */
export const CODES = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583'] as const
export const HERE = '203.0.113.1'
export const ELSEWHERE = '203.0.113.2'

/** A new one each time. */
export const otherHash = () => dummyHash({ memory: 19_456, passes: 2, parallelism: 1 })

const HASH = otherHash()

export const user = (name: string, change: Partial<UserRecord> = {}): UserRecord => ({
  name,
  passwordHash: HASH,
  home: `/srv/${name}`,
  grants: [['/', ['list']]],
  compat: { dataSession: 'require', close: 'strict', ascii: 'convert', charset: 'utf-8' },
  ...change,
})

/** `acme` needs a code, `plain` does not; `right` is the password of everybody. It is step 3, in its middle. */
export function setUp(users: readonly UserRecord[] = [user('acme', { totp: SECRET }), user('plain')]) {
  const told: string[] = []
  const compared: string[] = []
  const state = { now: 3.5 * 30_000, banned: false, during: () => {} }
  const limits: LoginLimits = {
    turn: async () => ({ [Symbol.dispose]() {} }),
    async check(name, address) {
      told.push(`check ${name} ${address}`)
      if (state.banned) throw new Fault('login_refused', { reason: 'banned' })
    },
    failed: async (name, address) => void told.push(`failed ${name} ${address}`),
    succeeded: async (name, address) => void told.push(`succeeded ${name} ${address}`),
  }
  const verifier = new Verifier(
    { concurrency: 1, queue: 10, cacheTtl: 60_000, cacheSize: 10 },
    {
      now: () => 0,
      async verify(_hash, password) {
        compared.push(password)
        state.during()
        return password === 'right'
      },
    },
  )
  const login = new Login(users, { limits, verifier, now: () => new Date(state.now) })
  const pass = (name: string, password: string, address = HERE) =>
    login.login({ user: name, password, address }, new AbortController().signal)
  return {
    ...{ login, told, compared, state },
    pass,
    /** PASS with everything in it: what came of it, in a word. */
    attempt: async (password: string, address = HERE, name = 'acme') =>
      outcome(pass(name, password, address)),
    /** PASS, then ACCT. */
    async account(code: string, address = HERE, name = 'acme') {
      const step = await pass(name, 'right', address)
      assert.ok('finish' in step)
      return await outcome(step.finish(code))
    },
  }
}

/** The factor, `awaited`, or why it was refused. */
export async function outcome(login: Promise<LoggedIn | AwaitedCode>): Promise<string> {
  try {
    const step = await login
    return 'identity' in step ? step.factor : 'awaited'
  } catch (error) {
    assert.ok(error instanceof Fault && error.kind === 'login_refused', String(error))
    return error.reason
  }
}

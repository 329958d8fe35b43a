import assert from 'node:assert/strict'
import type { UserRecord } from '../../../src/auth/user.js'
import { Fault } from '../../../src/core/fault.js'
import type { AwaitedCode, LoggedIn } from '../../../src/core/login-ports.js'
import { user as anyUser, otherHash, scene } from './login-support.js'

/** `12345678901234567890`, the secret of the test vectors of RFC 4226 and 6238. */
export const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
/** Its codes by step (RFC 4226, appendix D). */
export const CODES = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583'] as const
export { ADDRESS as HERE } from './login-support.js'
export const ELSEWHERE = '203.0.113.2'

const HASH = otherHash()

/** All with one hash, so that a reload leaves the password as it was. */
export const user = (name: string, change: Partial<UserRecord> = {}): UserRecord =>
  anyUser(name, { passwordHash: HASH, ...change })

/** A `scene` in which `acme` needs a code and `plain` does not. It is step 3, in its middle. */
export function setUp(users: readonly UserRecord[] = [user('acme', { totp: SECRET }), user('plain')]) {
  const made = scene(users, new Date(3.5 * 30_000))
  const { pass } = made
  return {
    ...made,
    /** PASS with everything in it: what came of it, in a word. */
    attempt: async (password: string, address?: string, name = 'acme') =>
      outcome(pass(name, password, address)),
    /** PASS, then ACCT. */
    async account(code: string, address?: string, name = 'acme') {
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

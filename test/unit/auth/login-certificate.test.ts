import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientCertificate } from '../../../src/core/client-certificate.js'
import type { Fault } from '../../../src/core/fault.js'
import { ADDRESS, NEVER, setUp, user } from './login-support.js'

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

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { selfSignedClient } from '../helpers/authority.js'
import { asked, attemptShowing } from '../helpers/certified-login.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { codeNow, TOTP_SECRET, wrongCode } from '../helpers/one-time-code.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD, testServer } from '../helpers/server.js'

describe('a certificate, the password and a one-time code', () => {
  const start = async () => {
    const own = await selfSignedClient({ subject: 'CN=acme' })
    const users = [{ certificate: { fingerprint: own.fingerprint }, totp: TOTP_SECRET }]
    const server = await testServer({ config: asked('optional', null), users })
    const facts = { certificate: own.fingerprint, certificateSubject: 'CN=acme' }
    const proven = { event: 'login.succeeded', factor: 'certificate+password+totp', ...facts }
    return { own, facts, proven, server }
  }

  test('are all asked for, the code behind the password', async () => {
    const { own, proven, ...scene } = await start()
    await using server = scene.server
    assert.equal(
      (await attemptShowing(server, {}, 'acme', PASSWORD + codeNow())).reason,
      'certificate_missing',
    )
    assert.equal((await attemptShowing(server, own, 'acme', `wrong${codeNow()}`)).reason, 'wrong_password')
    assert.equal((await attemptShowing(server, own, 'acme', PASSWORD + wrongCode())).reason, 'wrong_code')
    assert.equal((await attemptShowing(server, own, 'acme', PASSWORD + codeNow())).reply, '230 Logged in.')
    await recorded(server, proven)
  })

  test('are all asked for, the code by ACCT', async () => {
    const { own, facts, proven, ...scene } = await start()
    await using server = scene.server
    assert.equal((await attemptShowing(server, {}, 'acme')).reason, 'certificate_missing')
    using client = await FtpClient.connect(server.port, own)
    const named = async () => {
      await client.command('USER acme')
      assert.equal((await client.command(`PASS ${PASSWORD}`)).code, 332)
    }
    await named()
    assert.equal((await client.command(`ACCT ${wrongCode()}`)).code, 530)
    await recorded(server, { event: 'login.failed', reason: 'wrong_code', ...facts })
    await named()
    // Given up.
    await named()
    await recorded(server, { event: 'login.failed', reason: 'code_missing', attemptedUser: 'acme', ...facts })
    assert.equal((await client.command(`ACCT ${codeNow()}`)).code, 230)
    await recorded(server, proven)
  })

  test('do not outlast a reload between password and code that asks for another certificate', async () => {
    const { own, facts, ...scene } = await start()
    await using server = scene.server
    using client = await FtpClient.connect(server.port, own)
    await client.command('USER acme')
    assert.equal((await client.command(`PASS ${PASSWORD}`)).code, 332)
    await server.reload({
      config: asked('optional', null),
      users: [{ certificate: { fingerprint: 'a'.repeat(64) }, totp: TOTP_SECRET }],
    })
    assert.equal((await client.command(`ACCT ${codeNow()}`)).code, 530)
    await recorded(server, { event: 'login.failed', reason: 'certificate_untrusted', ...facts })
  })
})

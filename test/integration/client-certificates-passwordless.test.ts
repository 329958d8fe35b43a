import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { REFUSED } from '../helpers/attempt.js'
import { selfSignedClient } from '../helpers/authority.js'
import { asked, attemptShowing, only, VERSIONS } from '../helpers/certified-login.js'
import { type ClientOptions, FtpClient } from '../helpers/ftp-client.js'
import { PASSWORD, type TestServerOptions, testServer } from '../helpers/server.js'

describe('a certificate in place of the password', () => {
  const users = (fingerprint: string): NonNullable<TestServerOptions['users']> => [
    { certificate: { fingerprint, password: 'not-needed' }, passwordHash: undefined },
    { name: 'bob' },
  ]

  test('takes whatever PASS brings, and nothing without the certificate', async () => {
    const own = await selfSignedClient({ subject: 'CN=acme' })
    const others = await selfSignedClient({ subject: 'CN=acme' })
    await using server = await testServer({ config: asked('optional', null), users: users(own.fingerprint) })
    for (const password of ['', 'anything', '\u0001'])
      assert.deepEqual(await attemptShowing(server, own, 'acme', password), {
        reply: '230 Logged in.',
        event: 'login.succeeded',
        reason: undefined,
        factor: 'certificate',
        certificate: own.fingerprint,
        certificateSubject: 'CN=acme',
      })
    const cases: [ClientOptions, string, string, string][] = [
      [{}, 'acme', PASSWORD, 'certificate_missing'],
      [{}, 'acme', '', 'malformed_credentials'],
      [others, 'acme', PASSWORD, 'certificate_untrusted'],
      // The certificate of one user is nothing to another.
      [own, 'bob', 'wrong password', 'wrong_password'],
      [own, 'bob', '', 'malformed_credentials'],
      [own, 'nobody', PASSWORD, 'unknown_user'],
      [own, 'nobody', '', 'malformed_credentials'],
    ]
    for (const [options, user, password, reason] of cases) {
      const got = await attemptShowing(server, options, user, password)
      assert.deepEqual([got.reply, got.reason], [REFUSED, reason], `${user} ${password}`)
    }
  })

  test('transfers on data connections, which are asked for no certificate', async () => {
    const own = await selfSignedClient()
    await using server = await testServer({ config: asked('required', null), users: users(own.fingerprint) })
    for (const version of VERSIONS) {
      using client = await FtpClient.connect(server.port, { ...only(version), ...own })
      await client.command('USER acme')
      assert.equal((await client.command('PASS ')).code, 230)
      assert.equal((await client.upload('STOR file', 'content')).code, 226)
      assert.equal((await client.download('RETR file')).bytes.toString(), 'content')
    }
    const uploads = (await server.audit()).filter(({ event }) => event === 'file.uploaded')
    assert.deepEqual(
      uploads.map(({ close }) => close),
      ['clean', 'clean'],
    )
  })
})

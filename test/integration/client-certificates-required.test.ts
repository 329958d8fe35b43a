import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Authority, selfSignedClient } from '../helpers/authority.js'
import { asked, attemptShowing, only, VERSIONS } from '../helpers/certified-login.js'
import { trustFiles } from '../helpers/client-trust-files.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'

describe('required', () => {
  for (const version of VERSIONS)
    test(`${version}: no greeting without a good certificate`, async () => {
      await using files = await trustFiles()
      const authority = await Authority.create()
      const good = await authority.issue()
      const revoked = await authority.issue()
      const strange = await selfSignedClient()
      const crl = await files.file(await authority.revoke([revoked.serial]))
      await using server = await testServer({
        config: asked('required', await files.file(authority.pem), [crl]),
      })
      await assert.rejects(FtpClient.connect(server.port, only(version)))
      for (const { cert, key } of [revoked, strange])
        await assert.rejects(FtpClient.connect(server.port, { ...only(version), cert, key }))
      const got = await attemptShowing(server, { ...only(version), cert: good.cert, key: good.key })
      assert.equal(got.reply, '230 Logged in.')
      assert.equal(got.factor, 'password')
      const failed = (await server.audit()).filter(({ event }) => event === 'tls.failed')
      assert.deepEqual(
        failed.map(({ reason, certificate }) => [reason, certificate]),
        [
          ['certificate_missing', undefined],
          ['certificate_revoked', revoked.fingerprint],
          ['certificate_untrusted', strange.fingerprint],
        ],
      )
    })
})

test('a self-signed certificate that is pinned is good beside an authority with lists', async () => {
  await using files = await trustFiles()
  const authority = await Authority.create()
  const pinned = await selfSignedClient()
  const expired = await selfSignedClient({ from: -2, to: -1 })
  const forServers = await selfSignedClient({ usage: ['serverAuth'] })
  const fingerprint = [pinned, expired, forServers].map(each => each.fingerprint)
  await using server = await testServer({
    config: asked('required', await files.file(authority.pem), [await files.file(await authority.revoke())]),
    users: [{ certificate: { fingerprint } }],
  })
  assert.equal((await attemptShowing(server, pinned)).reply, '230 Logged in.')
  for (const { cert, key } of [expired, forServers])
    await assert.rejects(FtpClient.connect(server.port, { cert, key }))
  const failed = (await server.audit()).filter(({ event }) => event === 'tls.failed')
  assert.deepEqual(
    failed.map(({ reason }) => reason),
    ['certificate_expired', 'certificate_purpose'],
  )
})

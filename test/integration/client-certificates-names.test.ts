import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Authority, type Issued, selfSignedClient } from '../helpers/authority.js'
import { asked, attemptShowing } from '../helpers/certified-login.js'
import { trustFiles } from '../helpers/client-trust-files.js'
import { testServer } from '../helpers/server.js'

test('a certificate of another user gives nothing', async () => {
  await using files = await trustFiles()
  const authority = await Authority.create()
  const alice = await authority.issue({ subject: 'CN=alice', san: [{ type: 'dns', value: 'A.example' }] })
  const bob = await authority.issue({ subject: 'CN=bob', san: [{ type: 'email', value: 'bob@b.example' }] })
  await using server = await testServer({
    config: asked('optional', await files.file(authority.pem)),
    users: [
      { name: 'alice', certificate: { san: 'dns:a.example', password: 'not-needed' } },
      { name: 'bob', certificate: { san: ['email:bob@b.example', 'uri:x:y'], subject: { CN: 'bob' } } },
      { name: 'carol', certificate: { fingerprint: [bob.fingerprint, alice.fingerprint] } },
    ],
  })
  const reasons: [Issued, string, string | undefined][] = [
    [alice, 'alice', undefined],
    [bob, 'alice', 'certificate_mismatch'],
    [bob, 'bob', undefined],
    [alice, 'bob', 'certificate_mismatch'],
    [alice, 'carol', undefined],
    [bob, 'carol', undefined],
  ]
  for (const [certificate, user, reason] of reasons)
    assert.equal((await attemptShowing(server, certificate, user)).reason, reason, user)
})

test('a hostile subject cannot forge a line of the audit log', async () => {
  const own = await selfSignedClient({ subject: `CN=a\u202e\\0A{"event":"x"}${'x'.repeat(400)}` })
  await using server = await testServer({
    config: asked('optional', null),
    users: [{ certificate: { fingerprint: own.fingerprint } }],
  })
  const got = await attemptShowing(server, own)
  assert.equal(got.reply, '230 Logged in.')
  assert.ok(String(got.certificateSubject).length <= 256)
  assert.doesNotMatch(String(got.certificateSubject), /[\n\r]/)
})

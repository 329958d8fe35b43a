import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Authority, selfSignedClient } from '../helpers/authority.js'
import { trustFiles } from '../helpers/client-trust-files.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { type TestServer, type TestServerOptions, testServer } from '../helpers/server.js'

/** How the session of `user` ended. */
async function endOf(server: TestServer, user: string): Promise<unknown> {
  const ended = (await server.audit()).filter(each => each.event === 'session.ended' && each.user === user)
  return ended.at(-1)?.reason
}

async function scene() {
  const files = await trustFiles()
  const [authority, next] = [await Authority.create(), await Authority.create('CN=Next CA')]
  const own = await authority.issue()
  const [ca, nextCa] = [await files.file(authority.pem), await files.file(next.pem)]
  const both = await files.file(authority.pem, next.pem)
  const clean = await files.file(await authority.revoke())
  const revoking = await files.file(await authority.revoke([own.serial]))
  const old = await files.file(await authority.revoke([], { from: -3, to: -2 }))
  const options = (
    trust: { ca?: string | null; crl?: string | null; mode?: string },
    user: object | null = { subject: { CN: 'acme' } },
  ): TestServerOptions => ({
    config: { tls: { clientCertificates: { mode: 'optional', ca, crl: clean, ...trust } } },
    users: [{ certificate: user }, { name: 'bob' }],
  })
  return { files, own, options, ca, nextCa, both, clean, revoking, old }
}

type Scene = Awaited<ReturnType<typeof scene>>

const CASES: readonly (readonly [string, (scene: Scene) => TestServerOptions, string | undefined])[] = [
  ['nothing', ({ options }) => options({}), undefined],
  ['another authority beside', ({ options, both }) => options({ ca: both, crl: null }), undefined],
  ['a list that revokes it', ({ options, revoking }) => options({ crl: revoking }), 'certificate_revoked'],
  ['a list that is too old', ({ options, old }) => options({ crl: old }), 'certificate_status_unknown'],
  ['another authority', ({ options, nextCa }) => options({ ca: nextCa, crl: null }), 'certificate_untrusted'],
  ['its pin', ({ options, own }) => options({}, { fingerprint: own.fingerprint }), undefined],
  ['another pin', ({ options }) => options({}, { fingerprint: 'a'.repeat(64) }), 'credentials_changed'],
  ['another name', ({ options }) => options({}, { subject: { CN: 'other' } }), 'credentials_changed'],
  ['no certificate asked for', ({ options }) => options({}, null), undefined],
]

for (const [change, changed, reason] of CASES)
  test(`a reload with ${change}: ${reason ?? 'sessions go on'}`, async () => {
    const all = await scene()
    await using _files = all.files
    await using server = await testServer(all.options({}))
    const { cert, key } = all.own
    using acme = await FtpClient.login(server.port, { cert, key })
    using bob = await FtpClient.login(server.port, { user: 'bob', cert, key })
    await server.reload(changed(all))
    if (reason === undefined) assert.equal((await acme.command('NOOP')).code, 200)
    else {
      assert.match(await acme.ended(), /^421 /)
      assert.equal(await endOf(server, 'acme'), reason)
    }
    // Nothing was asked of this user.
    assert.equal((await bob.command('NOOP')).code, 200)
  })

test('under required, a session whose certificate was revoked ends before and after its login', async () => {
  const all = await scene()
  await using _files = all.files
  await using server = await testServer(all.options({ mode: 'required' }))
  const { cert, key } = all.own
  using bob = await FtpClient.login(server.port, { user: 'bob', cert, key })
  using nobody = await FtpClient.connect(server.port, { cert, key })
  await server.reload(all.options({ mode: 'required', crl: all.revoking }))
  for (const client of [bob, nobody]) assert.match(await client.ended(), /^421 /)
  assert.equal(await endOf(server, 'bob'), 'certificate_revoked')
})

test('under required from now on, sessions without a certificate end, logged in or not', async () => {
  const all = await scene()
  await using _files = all.files
  await using server = await testServer(all.options({}))
  using bob = await FtpClient.login(server.port, { user: 'bob' })
  using nobody = await FtpClient.connect(server.port)
  await server.reload(all.options({ mode: 'required' }))
  for (const client of [bob, nobody]) assert.match(await client.ended(), /^421 /)
  assert.equal(await endOf(server, 'bob'), 'certificate_missing')
})

test('sessions of users who need a certificate from now on go on with it, and end without', async () => {
  const all = await scene()
  await using _files = all.files
  await using server = await testServer(all.options({}, null))
  const { cert, key } = all.own
  using shown = await FtpClient.login(server.port, { cert, key })
  using hidden = await FtpClient.login(server.port)
  await server.reload(all.options({}))
  assert.match(await hidden.ended(), /^421 /)
  assert.equal(await endOf(server, 'acme'), 'credentials_changed')
  assert.equal((await shown.command('NOOP')).code, 200)
})

test('a self-signed certificate whose pin is taken away ends its session, whatever it is doing', async () => {
  const [own, next] = [await selfSignedClient(), await selfSignedClient()]
  const pinned = (...fingerprint: string[]): TestServerOptions => ({
    config: { tls: { clientCertificates: { mode: 'optional' } } },
    users: [{ certificate: { fingerprint } }],
  })
  await using server = await testServer(pinned(own.fingerprint, next.fingerprint))
  using old = await FtpClient.login(server.port, own)
  using current = await FtpClient.login(server.port, next)
  await server.reload(pinned(next.fingerprint))
  assert.match(await old.ended(), /^421 /)
  assert.equal(await endOf(server, 'acme'), 'credentials_changed')
  assert.equal((await current.command('NOOP')).code, 200)
})

test('a login is judged by what is in force then, not when the connection was made', async () => {
  const [own, next] = [await selfSignedClient(), await selfSignedClient()]
  const pinned = (...fingerprint: string[]): TestServerOptions => ({
    config: { tls: { clientCertificates: { mode: 'optional' } } },
    users: [{ certificate: { fingerprint, password: 'not-needed' } }],
  })
  await using server = await testServer(pinned(own.fingerprint, next.fingerprint))
  using client = await FtpClient.connect(server.port, own)
  await client.command('USER acme')
  await server.reload(pinned(next.fingerprint))
  assert.equal((await client.command('PASS x')).code, 530)
  assert.equal((await server.audit()).at(-1)?.reason, 'certificate_untrusted')
})

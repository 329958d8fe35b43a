import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Authority, type Issued, selfSignedClient } from '../helpers/authority.js'
import { trustFiles } from '../helpers/client-trust-files.js'
import { type ClientOptions, FtpClient } from '../helpers/ftp-client.js'
import { codeNow, TOTP_SECRET, wrongCode } from '../helpers/one-time-code.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD, type TestServer, type TestServerOptions, testServer } from '../helpers/server.js'

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const
type Version = (typeof VERSIONS)[number]

const only = (version: Version): ClientOptions => ({ minVersion: version, maxVersion: version })

/** What a login with this certificate is answered with, and what the audit log has of it. */
async function attempt(server: TestServer, options: ClientOptions, user = 'acme', password = PASSWORD) {
  using client = await FtpClient.connect(server.port, options)
  assert.equal((await client.command(`USER ${user}`)).code, 331)
  const reply = await client.command(`PASS ${password}`)
  const events = (await server.audit()).filter(({ event }) => String(event).startsWith('login.'))
  const { event, reason, factor, certificate, certificateSubject } = events.at(-1) ?? {}
  return { reply: `${reply.code} ${reply.text}`, event, reason, factor, certificate, certificateSubject }
}

const REFUSED = '530 Login incorrect.'

interface Scene {
  readonly authority: Authority
  readonly intermediate: Authority
  readonly other: Authority
}

const scene = async (): Promise<Scene> => {
  const authority = await Authority.create()
  const intermediate = await Authority.create('CN=Test Intermediate', authority)
  return { authority, intermediate, other: await Authority.create('CN=Other CA') }
}

const chained = async ({ intermediate }: Scene): Promise<Issued> => {
  const leaf = await intermediate.issue()
  return { ...leaf, cert: leaf.cert + intermediate.pem }
}

type Case = readonly [
  name: string,
  shown: (scene: Scene) => Promise<Issued | undefined>,
  reason: string | undefined,
  revocations?: (scene: Scene, shown: Issued) => Promise<readonly string[]>,
]

const CASES: readonly Case[] = [
  ['one of the authority', ({ authority }) => authority.issue(), undefined],
  ['one without a purpose', ({ authority }) => authority.issue({ usage: [] }), undefined],
  ['one of an intermediate, sent along', chained, undefined],
  ['none', async () => undefined, 'certificate_missing'],
  ['one of another authority', ({ other }) => other.issue(), 'certificate_untrusted'],
  [
    'one of another authority of the same name',
    async () => (await Authority.create()).issue(),
    'certificate_untrusted',
  ],
  ['a self-signed one', () => selfSignedClient(), 'certificate_untrusted'],
  [
    'one of an intermediate that is not sent',
    ({ intermediate }) => intermediate.issue(),
    'certificate_untrusted',
  ],
  ['an expired one', ({ authority }) => authority.issue({ from: -2, to: -1 }), 'certificate_expired'],
  ['one of tomorrow', ({ authority }) => authority.issue({ from: 1 }), 'certificate_expired'],
  ['one for servers', ({ authority }) => authority.issue({ usage: ['serverAuth'] }), 'certificate_purpose'],
  [
    'one with another name',
    ({ authority }) => authority.issue({ subject: 'CN=acme2' }),
    'certificate_mismatch',
  ],
  [
    'one with the name twice',
    ({ authority }) => authority.issue({ subject: 'CN=acme, CN=other' }),
    'certificate_mismatch',
  ],
  [
    'one under an empty list (CVE-2019-19269)',
    ({ authority }) => authority.issue(),
    undefined,
    async ({ authority }) => [await authority.revoke()],
  ],
  [
    'a revoked one (CVE-2019-19270)',
    ({ authority }) => authority.issue(),
    'certificate_revoked',
    async ({ authority }, { serial }) => [await authority.revoke(['7f', serial])],
  ],
  [
    'one beside a revoked one',
    ({ authority }) => authority.issue(),
    undefined,
    async ({ authority }) => [await authority.revoke(['7f'])],
  ],
  [
    'one under an expired list',
    ({ authority }) => authority.issue(),
    'certificate_status_unknown',
    async ({ authority }) => [await authority.revoke([], { from: -2, to: -1 })],
  ],
  [
    'one under an expired and a current list',
    ({ authority }) => authority.issue(),
    undefined,
    async ({ authority }) => [await authority.revoke([], { from: -2, to: -1 }), await authority.revoke([])],
  ],
  [
    'one under a list of tomorrow',
    ({ authority }) => authority.issue(),
    'certificate_status_unknown',
    async ({ authority }) => [await authority.revoke([], { from: 1 })],
  ],
  [
    'one under a list of another authority',
    ({ authority }) => authority.issue(),
    'certificate_status_unknown',
    async ({ other }) => [await other.revoke()],
  ],
  [
    'one under a list that another authority signed in the name of this',
    ({ authority }) => authority.issue(),
    'certificate_status_unknown',
    async () => [await (await Authority.create()).revoke()],
  ],
  [
    'one of an intermediate with lists of both authorities',
    chained,
    undefined,
    async ({ authority, intermediate }) => [await authority.revoke(), await intermediate.revoke()],
  ],
  [
    'one of an intermediate without a list',
    chained,
    'certificate_status_unknown',
    async ({ authority }) => [await authority.revoke()],
  ],
  [
    'one of a revoked intermediate',
    chained,
    'certificate_revoked',
    async ({ authority, intermediate }) => [
      await authority.revoke([intermediate.serial]),
      await intermediate.revoke(),
    ],
  ],
]

const asked = (mode: 'optional' | 'required', ca: string | null, crl: readonly string[] | null = null) => ({
  tls: { clientCertificates: { mode, ca, crl } },
})

describe('a user with a subject, shown', () => {
  for (const [name, shownBy, reason, revocations] of CASES)
    test(`${name}: ${reason ?? 'let in'}`, async () => {
      await using files = await trustFiles()
      const all = await scene()
      const shown = await shownBy(all)
      const lists = await revocations?.(all, shown ?? (await selfSignedClient()))
      // A list says who signed it, so the server has to know the authority.
      const known = lists === undefined ? [all.authority.pem] : [all.authority.pem, all.intermediate.pem]
      const tls = asked('optional', await files.file(...known), lists && [await files.file(...lists)])
      await using server = await testServer({
        config: tls,
        users: [{ certificate: { subject: { CN: 'acme' } } }],
      })
      for (const version of VERSIONS) {
        const got = await attempt(server, { ...only(version), cert: shown?.cert, key: shown?.key })
        assert.equal(got.reply, reason === undefined ? '230 Logged in.' : REFUSED, version)
        assert.equal(got.reason, reason, version)
        assert.equal(got.certificate, shown?.fingerprint)
        if (reason === undefined) assert.equal(got.factor, 'certificate+password')
      }
      const [established] = (await server.audit()).filter(({ event }) => event === 'tls.established')
      assert.equal(established?.certificate, shown?.fingerprint)
      const isOwnMatter = reason === 'certificate_missing' || reason === 'certificate_mismatch'
      assert.equal(established?.certificateProblem, isOwnMatter ? undefined : reason)
    })
})

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
      const got = await attempt(server, { ...only(version), cert: good.cert, key: good.key })
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
    assert.equal((await attempt(server, {}, 'acme', PASSWORD + codeNow())).reason, 'certificate_missing')
    assert.equal((await attempt(server, own, 'acme', `wrong${codeNow()}`)).reason, 'wrong_password')
    assert.equal((await attempt(server, own, 'acme', PASSWORD + wrongCode())).reason, 'wrong_code')
    assert.equal((await attempt(server, own, 'acme', PASSWORD + codeNow())).reply, '230 Logged in.')
    await recorded(server, proven)
  })

  test('are all asked for, the code by ACCT', async () => {
    const { own, facts, proven, ...scene } = await start()
    await using server = scene.server
    assert.equal((await attempt(server, {}, 'acme')).reason, 'certificate_missing')
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
      assert.deepEqual(await attempt(server, own, 'acme', password), {
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
      const got = await attempt(server, options, user, password)
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
    assert.equal((await attempt(server, certificate, user)).reason, reason, user)
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
  assert.equal((await attempt(server, pinned)).reply, '230 Logged in.')
  for (const { cert, key } of [expired, forServers])
    await assert.rejects(FtpClient.connect(server.port, { cert, key }))
  const failed = (await server.audit()).filter(({ event }) => event === 'tls.failed')
  assert.deepEqual(
    failed.map(({ reason }) => reason),
    ['certificate_expired', 'certificate_purpose'],
  )
})

for (const version of VERSIONS)
  test(`${version}: a session that had a certificate is not resumed by a new control connection`, async () => {
    const own = await selfSignedClient()
    await using server = await testServer({
      config: asked('optional', null),
      users: [{ certificate: { fingerprint: own.fingerprint, password: 'not-needed' } }],
    })
    using first = await FtpClient.connect(server.port, { ...only(version), ...own })
    await first.command('USER acme')
    assert.equal((await first.command('PASS x')).code, 230)
    assert.ok(first.ticket)
    using second = await FtpClient.connect(server.port, { ...only(version), session: first.ticket })
    assert.equal(second.socket.isSessionReused(), false)
    await second.command('USER acme')
    assert.equal((await second.command('PASS x')).code, 530)
    assert.equal((await server.audit()).at(-1)?.reason, 'certificate_missing')
  })

test('a hostile subject cannot forge a line of the audit log', async () => {
  const own = await selfSignedClient({ subject: `CN=a\u202e\\0A{"event":"x"}${'x'.repeat(400)}` })
  await using server = await testServer({
    config: asked('optional', null),
    users: [{ certificate: { fingerprint: own.fingerprint } }],
  })
  const got = await attempt(server, own)
  assert.equal(got.reply, '230 Logged in.')
  assert.ok(String(got.certificateSubject).length <= 256)
  assert.doesNotMatch(String(got.certificateSubject), /[\n\r]/)
})

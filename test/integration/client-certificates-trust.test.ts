import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { REFUSED } from '../helpers/attempt.js'
import { Authority, type Issued, selfSignedClient } from '../helpers/authority.js'
import { asked, attemptShowing, only, VERSIONS } from '../helpers/certified-login.js'
import { trustFiles } from '../helpers/client-trust-files.js'
import { testServer } from '../helpers/server.js'

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
        const got = await attemptShowing(server, { ...only(version), cert: shown?.cert, key: shown?.key })
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

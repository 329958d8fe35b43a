import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { inspectClientTrust } from '../../src/cli/client-trust-files.js'
import { loadConfig } from '../../src/config/load.js'
import { Authority, type Issued, selfSignedClient } from '../helpers/authority.js'
import { TLS, USERS, writeConfig } from '../helpers/config-file.js'
import { runCli } from '../helpers/run-cli.js'
import { tempDir } from '../helpers/temp-dir.js'

interface Scene {
  readonly root: Authority
  readonly middle: Authority
  readonly leaf: Issued
}

type Texts = readonly [ca: string, crl?: string]

const CASES: readonly (readonly [
  name: string,
  texts: (scene: Scene) => Promise<Texts>,
  expected: readonly RegExp[],
])[] = [
  ['an authority alone', async ({ root }) => [root.pem], []],
  ['an authority with its list', async ({ root }) => [root.pem, await root.revoke([], { to: 72 })], []],
  [
    'two authorities with their lists',
    async ({ root, middle }) => [
      root.pem + middle.pem,
      (await root.revoke([], { to: 72 })) + (await middle.revoke([], { to: 72 })),
    ],
    [],
  ],
  ['a list due soon', async ({ root }) => [root.pem, await root.revoke()], [/^warning crl .*expires on/]],
  [
    'an expired list',
    async ({ root }) => [root.pem, await root.revoke([], { from: -3, to: -2 })],
    [/^warning crl .*the list of CN=Test CA expired on .*refused/],
  ],
  [
    'a list of tomorrow',
    async ({ root }) => [root.pem, await root.revoke([], { from: 20, to: 72 })],
    [/^warning crl .*not valid before/],
  ],
  [
    'a list of someone else',
    async ({ root }) => [root.pem, await (await Authority.create()).revoke([], { to: 72 })],
    [/^error crl .*not signed by any/, /^error crl no list of CN=Test CA/],
  ],
  [
    'an intermediate without its root',
    async ({ middle }) => [middle.pem],
    [/^error ca .*the issuer of CN=Middle is missing/],
  ],
  [
    'an intermediate without a list',
    async ({ root, middle }) => [root.pem + middle.pem, await root.revoke([], { to: 72 })],
    [/^error crl no list of CN=Middle/],
  ],
  [
    'a certificate of a client',
    async ({ root, leaf }) => [root.pem + leaf.cert],
    [/^error ca .*CN=acme is no certificate authority.*fingerprint/],
  ],
  ['no certificate', async () => ['hello'], [/^error ca .*is not a certificate in PEM or DER/]],
  [
    'a list that is none',
    async ({ root }) => [root.pem, root.pem],
    [/^error crl .*is not a revocation list/],
  ],
]

const trusting = (more: string) => `${TLS}  clientCertificates: { mode: optional${more} }\n`

describe('check, of tls.clientCertificates, finds in', () => {
  for (const [name, texts, expected] of CASES)
    test(`${name}: ${expected.length === 0 ? 'nothing' : expected.join(', ')}`, async () => {
      await using dir = await tempDir()
      const root = await Authority.create()
      const middle = await Authority.create('CN=Middle', root)
      const [ca, crl] = await texts({ root, middle, leaf: await root.issue() })
      await mkdir(join(dir.path, 'certs'))
      await writeFile(join(dir.path, 'ca.crt'), ca)
      if (crl !== undefined) await writeFile(join(dir.path, 'ca.crl'), crl)
      const section = trusting(`, ca: ../ca.crt${crl === undefined ? '' : ', crl: [../ca.crl]'}`)
      const config = await loadConfig(await writeConfig(dir.path, section + USERS))
      const found = await inspectClientTrust(config)
      const lines = found.map(({ level, path, message }) => `${level} ${path.split('.').at(-1)} ${message}`)
      assert.equal(lines.length, expected.length, lines.join('\n'))
      for (const [index, pattern] of expected.entries()) assert.match(lines[index] ?? '', pattern)
    })

  test('a missing file: an error', async () => {
    await using dir = await tempDir()
    const config = await loadConfig(await writeConfig(dir.path, trusting(', ca: ../none.crt') + USERS))
    assert.deepEqual(
      (await inspectClientTrust(config)).map(({ level, message }) => [
        level,
        message.split(' ').slice(1).join(' '),
      ]),
      [['error', 'does not exist']],
    )
  })
})

test('user certificate pins, replaces and adds, and keeps comments', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, `${trusting(' ')}# kept\n${USERS}`)
  const [first, second] = [await selfSignedClient(), await selfSignedClient()]
  await writeFile(join(dir.path, 'first.crt'), first.cert)
  await writeFile(join(dir.path, 'second.crt'), second.cert)
  const pin = (...args: string[]) => runCli(['user', 'certificate', ...args], { cwd: dir.path })
  const pinned = async () => (await loadConfig(file)).users[0]?.certificate?.fingerprint
  const name = (await loadConfig(file)).users[0]?.name ?? ''

  const done = await pin(name, 'first.crt')
  assert.equal(done.code, 0, done.err)
  assert.match(done.out, /CN=acme[\s\S]*this certificate and the password/)
  assert.deepEqual(await pinned(), [first.fingerprint])
  assert.equal((await pin(name, 'second.crt', '--add')).code, 0)
  assert.deepEqual(await pinned(), [first.fingerprint, second.fingerprint])
  assert.equal((await pin(name, 'second.crt')).code, 0)
  assert.deepEqual(await pinned(), [second.fingerprint])
  assert.match(await readFile(file, 'utf8'), /^# kept$/m)

  assert.equal((await pin('nobody', 'first.crt')).code, 2)
  assert.match((await pin(name, 'config/portcullis.yaml')).err, /is not a certificate in PEM or DER/)
  assert.match((await pin(name, 'none.crt')).err, /cannot be read \(ENOENT\)/)
})

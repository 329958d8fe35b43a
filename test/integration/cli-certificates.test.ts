import 'reflect-metadata'
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import * as x509 from '@peculiar/x509'
import { inspectCertificates } from '../../src/cli/certificates.js'
import { loadConfig } from '../../src/config/load.js'
import { createSelfSigned } from '../../src/tls/self-signed.js'
import { makeCertificate } from '../helpers/certificate.js'
import { TLS, USERS, writeConfig } from '../helpers/config-file.js'
import { tempDir } from '../helpers/temp-dir.js'

const DAY_MS = 86_400_000

interface Files {
  cert?: string
  key?: string
  keyMode?: number
}

const pem = (key: { export(options: { type: 'pkcs8'; format: 'pem' }): string | Buffer }) =>
  String(key.export({ type: 'pkcs8', format: 'pem' }))

/** What is found when a certificate good for 90 days is replaced in part, so many days from now. */
async function findings({ cert, key, keyMode = 0o600 }: Files, days = 0): Promise<string[]> {
  await using dir = await tempDir()
  const pair = await createSelfSigned({ hosts: ['localhost'], days: 90 })
  await mkdir(join(dir.path, 'certs'))
  await writeFile(join(dir.path, 'certs/server.crt'), cert ?? pair.cert)
  await writeFile(join(dir.path, 'certs/server.key'), key ?? pair.key)
  await chmod(join(dir.path, 'certs/server.key'), keyMode)
  const config = await loadConfig(await writeConfig(dir.path, TLS + USERS))
  const found = await inspectCertificates(config, Date.now() + days * DAY_MS)
  return found.map(({ level, path, message }) => `${level} ${path.split('.').at(-1)} ${message}`)
}

const ec = (namedCurve: string) => pem(generateKeyPairSync('ec', { namedCurve }).privateKey)

const LOCKED = String(
  generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  }),
)

const CASES: readonly (readonly [name: string, files: Files, days: number, expected: RegExp])[] = [
  ['a good pair', {}, 0, /^$/],
  ['one about to expire', {}, 70, /^warning cert .* expires in (19|20) days/],
  ['an expired one', {}, 91, /^error cert .* expired on/],
  ['one from the future', {}, -2, /^error cert .* is not valid before/],
  ['a key of another certificate', { key: ec('prime256v1') }, 0, /^error key .* does not belong to/],
  ['a key everyone can read', { keyMode: 0o644 }, 0, /^error key .* chmod 600/],
  [
    'a key its own group can read',
    { keyMode: 0o640 },
    0,
    /^warning key .* may be read by its group.* chmod 600/,
  ],
  ['a key its group can replace', { keyMode: 0o660 }, 0, /^warning key .* may be replaced by its group/],
  ['a key with a passphrase', { key: LOCKED }, 0, /^error key .* passphrase.* openssl pkey -in/],
  ['a key that is none', { key: 'hello' }, 0, /^error key .* is not a private key/],
  [
    'a short RSA key',
    { key: pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey) },
    0,
    /RSA 1024 bits where 2048/,
  ],
  ['a weak curve', { key: ec('secp224r1') }, 0, /on the curve secp224r1/],
  [
    'a key of a kind no suite can use',
    { key: pem(generateKeyPairSync('ed25519').privateKey) },
    0,
    /neither an ECDSA nor an RSA key/,
  ],
  ['no certificate at all', { cert: 'hello' }, 0, /^error cert .* is not a certificate in PEM/],
]

for (const [name, files, days, expected] of CASES) {
  test(`certificates: ${name}`, async () => {
    assert.match((await findings(files, days)).join('\n'), expected)
  })
}

test('certificates: files that are not there', async () => {
  await using dir = await tempDir()
  const config = await loadConfig(await writeConfig(dir.path, TLS + USERS))
  const found = await inspectCertificates(config)
  assert.deepEqual(
    found.map(({ message }) => message.split(' ').slice(1).join(' ')),
    ['does not exist', 'does not exist'],
  )
})

type Wish = Parameters<typeof makeCertificate>[0]

const MADE: readonly (readonly [name: string, wish: Wish, expected: RegExp])[] = [
  ['a good RSA one', { kind: 'rsa' }, /^$/],
  ['a signature over SHA-1', { kind: 'rsa', hash: 'SHA-1' }, /^error cert .* SHA-1, which is broken/],
  ['one for clients', { purposes: ['1.3.6.1.5.5.7.3.2'] }, /^error cert .* is not for servers/],
  ['one for anything', { purposes: ['2.5.29.37.0'] }, /^$/],
  ['a key that may not sign', { usage: x509.KeyUsageFlags.keyEncipherment }, /^error cert .* may not sign/],
  ['a common name only', { hosts: [] }, /^warning cert .* subjectAltName/],
]

for (const [name, wish, expected] of MADE) {
  test(`certificates: ${name}`, async () => {
    assert.match((await findings(await makeCertificate(wish))).join('\n'), expected)
  })
}

test('certificates: the chain of an authority', async () => {
  const root = await makeCertificate({ isAuthority: true, hosts: [] })
  const other = await makeCertificate({ isAuthority: true, hosts: [] })
  const old = await makeCertificate({ isAuthority: true, hosts: [], days: -0.5 })
  const leaf = await makeCertificate({ issuer: root })
  const of = async (cert: string, key = leaf.key) => (await findings({ cert, key })).join('\n')
  assert.equal(await of(leaf.cert + root.cert), '')
  assert.match(await of(leaf.cert), /^warning cert .* issued by "CN=Authority of a test".* append the chain/)
  assert.match(await of(leaf.cert + leaf.cert), /^warning cert .* certificate 2 .* did not issue/)
  assert.match(await of(leaf.cert + other.cert), /^warning cert .* certificate 2 .* did not issue/)
  const ofOld = await makeCertificate({ issuer: old })
  assert.match(await of(ofOld.cert + old.cert, ofOld.key), /^error cert .* certificate 2 one that expired on/)
})

test('certificates: two of a kind for one name, and two kinds', async () => {
  await using dir = await tempDir()
  await mkdir(join(dir.path, 'certs'))
  const wishes: [name: string, wish: Wish][] = [
    ['a', {}],
    ['b', { kind: 'rsa' }],
    ['c', { hosts: ['other', 'localhost'] }],
    ['d', { hosts: ['elsewhere'] }],
  ]
  for (const [name, wish] of wishes) {
    const { cert, key } = await makeCertificate(wish)
    await writeFile(join(dir.path, `certs/${name}.crt`), cert)
    await writeFile(join(dir.path, `certs/${name}.key`), key, { mode: 0o600 })
  }
  const list = wishes.map(([name]) => `{ cert: ../certs/${name}.crt, key: ../certs/${name}.key }`).join(', ')
  const config = await loadConfig(await writeConfig(dir.path, `tls: { certificates: [${list}] }\n${USERS}`))
  const found = await inspectCertificates(config)
  assert.deepEqual(
    found.map(({ level, path }) => `${level} ${path}`),
    ['warning tls.certificates[2].cert'],
  )
})

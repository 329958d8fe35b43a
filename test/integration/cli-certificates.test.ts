import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspectCertificates } from '../../src/cli/certificates.js'
import { loadConfig } from '../../src/config/load.js'
import { createSelfSigned } from '../../src/tls/self-signed.js'
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

const CASES: readonly (readonly [name: string, files: Files, days: number, expected: RegExp])[] = [
  ['a good pair', {}, 0, /^$/],
  ['one about to expire', {}, 70, /^warning cert .* expires in (19|20) days/],
  ['an expired one', {}, 91, /^error cert .* expired on/],
  ['one from the future', {}, -2, /^error cert .* is not valid before/],
  ['a key of another certificate', { key: ec('prime256v1') }, 0, /^error key .* does not belong to/],
  ['a key everyone can read', { keyMode: 0o644 }, 0, /^error key .* chmod 600/],
  ['a key the group can read', { keyMode: 0o640 }, 0, /^$/],
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
  ['no certificate at all', { cert: 'hello' }, 0, /^error cert .* is not PEM/],
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

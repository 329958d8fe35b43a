import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HASH, TLS, USERS } from '../../helpers/config-file.js'
import { TOTP_SECRET } from '../../helpers/one-time-code.js'
import { problemsOf, told, webhook } from './problems.js'

const NAMES: readonly (readonly [yaml: string, allowed: boolean])[] = [
  ['acme', true],
  ['"Müller & Söhne"', true],
  ['"12"', true],
  ['12', false],
  ['"."', false],
  ['".."', false],
  ['a/b', false],
  ['"a\\0"', false],
  ['"a\\n"', false],
  ['" a"', false],
  ['""', false],
  ['x'.repeat(64), true],
  ['x'.repeat(65), false],
]

for (const [yaml, allowed] of NAMES) {
  test(`user name ${yaml.slice(0, 20)}… is ${allowed ? 'allowed' : 'refused'}`, async () => {
    const problems = await problemsOf(TLS + USERS.replace('acme', yaml))
    assert.deepEqual(
      problems.map(({ path }) => path),
      allowed ? [] : ['users[0].name'],
    )
  })
}

const [, SALT = '', DIGEST = ''] = HASH.split('p=1')[1]?.split('$') ?? []

const HASHES: readonly (readonly [name: string, hash: string, expected: RegExp | undefined])[] = [
  ['good', HASH, undefined],
  ['costlier', `$argon2id$v=19$m=65536,t=3,p=4$${SALT}$${DIGEST}`, undefined],
  ['plain', 'hunter2-hunter2', /not a hash/],
  ['bcrypt', '$2b$12$hunter2hunter2', /not an argon2id hash/],
  ['argon2i', HASH.replace('argon2id', 'argon2i'), /not an argon2id hash/],
  ['little memory', HASH.replace('m=19456', 'm=19455'), /too weak: m=19455,t=2/],
  ['one pass', HASH.replace('t=2', 't=1'), /too weak/],
  ['endless memory', HASH.replace('m=19456', 'm=4194304'), /costs too much/],
  ['no lanes', HASH.replace('p=1', 'p=0'), /costs too much/],
  ['cut off', HASH.slice(0, -30), /damaged/],
  ['an old version', HASH.replace('v=19', 'v=16'), /damaged/],
]

for (const [name, hash, expected] of HASHES) {
  test(`password hash, ${name}: ${expected ? 'refused' : 'accepted'}`, async () => {
    const problems = await problemsOf(TLS + USERS.replace(HASH, hash))
    const text = problems.map(told).join('\n')
    if (expected === undefined) return assert.equal(text, '')
    assert.match(text, expected)
    assert.match(text, /portcullis user passwd acme/)
    assert.ok(!JSON.stringify(problems).includes('hunter2'))
  })
}

const TOTP: readonly (readonly [name: string, secret: string, accepted: boolean])[] = [
  ['160 bits', TOTP_SECRET, true],
  ['128 bits', TOTP_SECRET.slice(0, 26), true],
  ['in groups and small letters', 'jbsw y3dp ehpk 3pxp-jbsw-y3dp-ehpk-3pxp', true],
  ['padded', `${TOTP_SECRET.slice(0, 26)}======`, true],
  ['less than RFC 4226 asks for', TOTP_SECRET.slice(0, 24), false],
  ['with a letter cut off', TOTP_SECRET.slice(0, 27), false],
  ['no base32', `${TOTP_SECRET.slice(1)}1`, false],
  ['endless', TOTP_SECRET.repeat(4), false],
  ['hex', 'deadbeef01'.repeat(4), false],
]

for (const [name, secret, accepted] of TOTP) {
  test(`secret of one-time codes, ${name}: ${accepted ? 'accepted' : 'refused, and not repeated'}`, async () => {
    const problems = await problemsOf(`${TLS}${USERS}    totp: "${secret}"\n`)
    if (accepted) return assert.deepEqual(problems, [])
    assert.match(
      problems.map(told).join('\n'),
      /users\[0\]\.totp: expected a base32 secret of 16 to 64 bytes/,
    )
    assert.ok(!JSON.stringify(problems).includes(secret))
  })
}

const LEAKS: readonly (readonly [name: string, text: string])[] = [
  ['a short audit key', `${TLS}audit: { key: hunter2 }\n${USERS}`],
  ['an audit key of the wrong type', `${TLS}audit: { key: [hunter2] }\n${USERS}`],
  [
    'a password in a wrong address of the store',
    `auth: { store: "redis://:hunter2@host/zero" }\n${TLS}${USERS}`,
  ],
  ['a short secret of a webhook', `${TLS}onUpload: { webhook: { secret: hunter2 } }\n${USERS}`],
  ['a token in an address', webhook('//a.example?token=hunter2')],
  ['a password as tag', TLS + USERS.replace(HASH, '!hunter2')],
  ['a password as alias', TLS + USERS.replace(HASH, '*hunter2')],
  ['a password with a broken quote', TLS + USERS.replace(HASH, '"x" hunter2')],
  ['a password as block scalar', TLS + USERS.replace(HASH, '|hunter2')],
  ['a password in a key that is none', TLS + USERS.replace(`passwordHash: ${HASH}`, 'password: hunter2')],
  ['a short secret of one-time codes', `${TLS}${USERS}    totp: hunter2\n`],
  ['a secret of one-time codes as section', `${TLS}${USERS}    totp: { secret: hunter2 }\n`],
  ['a user as one text', `${TLS}users: ["acme:hunter2"]\n`],
]

for (const [name, text] of LEAKS) {
  test(`never repeats ${name}`, async () => {
    const problems = await problemsOf(text)
    assert.notEqual(problems.length, 0)
    assert.ok(!JSON.stringify(problems).includes('hunter2'), problems.map(told).join('\n'))
  })
}

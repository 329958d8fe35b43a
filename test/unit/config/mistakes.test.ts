import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TLS, USERS } from '../../helpers/config-file.js'
import { problemsOf, told, user, webhook } from './problems.js'

const CASES: readonly (readonly [name: string, text: string, expected: RegExp])[] = [
  [
    'swapped letters',
    `server: { timeouts: { idel: 5m } }\n${TLS}${USERS}`,
    /^1:23 {2}server\.timeouts\.idel: unknown key; did you mean "idle"\?$/,
  ],
  ['other capitals', `server: { maxsessions: 5 }\n${TLS}${USERS}`, /did you mean "maxSessions"/],
  [
    'right key in the wrong section',
    `server: { idle: 5m }\n${TLS}${USERS}`,
    /did you mean "server\.timeouts\.idle"/,
  ],
  ['a key of nothing', `${TLS}${USERS}quux: 1\n`, /quux: unknown key; known here: server, tls,/],
  [
    'a duration without unit',
    `server: { shutdownGrace: 30 }\n${TLS}${USERS}`,
    /^1:26 {2}.*expected a duration such as 30s, 5m or 24h, .*found 30$/,
  ],
  [
    'a duration beyond every timer',
    `server: { shutdownGrace: 25d }\n${TLS}${USERS}`,
    /at most 24d, found "25d"/,
  ],
  [
    'a certificate that nobody is asked for',
    `${TLS}${USERS}    certificate: { fingerprint: ${'a'.repeat(64)} }\n`,
    /users\[0\]\.certificate: clients are not asked for a certificate: set tls\.clientCertificates\.mode/,
  ],
  [
    'a name in a certificate without an authority',
    `${TLS}  clientCertificates: { mode: optional }\n${USERS}    certificate: { subject: { CN: acme } }\n`,
    /users\[0\]\.certificate\.subject: anyone can write a name.*tls\.clientCertificates\.ca/,
  ],
  [
    'a revocation list without an authority',
    `${TLS}  clientCertificates: { mode: optional, crl: x }\n${USERS}`,
    /tls\.clientCertificates\.crl: a revocation list says nothing without the ca/,
  ],
  [
    'a SHA-1 fingerprint',
    `${TLS}  clientCertificates: { mode: optional }\n${USERS}    certificate: { fingerprint: ${'a'.repeat(40)} }\n`,
    /users\[0\]\.certificate\.fingerprint: expected a SHA-256 fingerprint of 64 hexadecimal digits/,
  ],
  [
    'a fingerprint and a name',
    `${TLS}  clientCertificates: { mode: optional, ca: x }\n${USERS}    certificate: { fingerprint: ${'a'.repeat(64)}, san: dns:a }\n`,
    /users\[0\]\.certificate: expected either a fingerprint, or a subject or san or both/,
  ],
  [
    'an alternative name without its kind',
    `${TLS}  clientCertificates: { mode: optional, ca: x }\n${USERS}    certificate: { san: acme.example }\n`,
    /users\[0\]\.certificate\.san: expected dns:NAME, email:ADDRESS/,
  ],
  [
    'one-time codes without a password',
    `${TLS}  clientCertificates: { mode: optional }\n${USERS}    certificate: { fingerprint: ${'a'.repeat(64)}, password: not-needed }\n    totp: GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n`,
    /users\[0\]\.certificate\.password: one-time codes \(totp\) are asked for beside a password only: set it to required/,
  ],
  [
    'neither a password nor a certificate that replaces it',
    `${TLS}users: [{ name: acme, grants: {} }]\n`,
    /users\[0\]\.passwordHash: is missing; expected an argon2id hash/,
  ],
  [
    'authorities inside a home',
    `${TLS}  clientCertificates: { mode: optional, ca: ../data/acme/ca.crt }\n${USERS}`,
    /tls\.clientCertificates\.ca: lies inside a folder of user "acme"/,
  ],
  ['a zero timeout', `server: { timeouts: { idle: 0s } }\n${TLS}${USERS}`, /expected a duration/],
  [
    'a rate without time',
    `${TLS}${USERS}    limits: { upload: 20MiB }\n`,
    /expected a rate such as 20MiB\/s or 500KB\/s, at least 1KiB\/s, found "20MiB"$/,
  ],
  ['a rate too slow', `${TLS}${USERS}    limits: { download: 1023B/s }\n`, /expected a rate such as/],
  [
    'a store that is no Redis',
    `auth: { store: "http://host:6379" }\n${TLS}${USERS}`,
    /auth\.store: expected memory, or the address of a server: redis:[^,]*$/,
  ],
  [
    'a first ban beyond the longest',
    `auth: { limits: { failuresPerAddress: { block: 48h } } }\n${TLS}${USERS}`,
    /^1:48 .*a ban is longer than maxBlock from the first/,
  ],
  ['a size without unit', `uploads: { maxSize: 10 }\n${TLS}${USERS}`, /expected a size such as 10MiB/],
  [
    'a port out of range',
    `server: { listen: { port: 65536 } }\n${TLS}${USERS}`,
    /whole number from 0 to 65535, found 65536/,
  ],
  [
    'a range that runs backwards',
    `passive: { ports: 50099-50000 }\n${TLS}${USERS}`,
    /expected a port, a range/,
  ],
  [
    'overlapping ports',
    `server: { listen: { port: 50001 } }\n${TLS}${USERS}`,
    /^1:27 {2}server\.listen\.port: overlapping ports/,
  ],
  [
    'more from one address than in all',
    `server: { maxSessions: 5 }\n${TLS}${USERS}`,
    /maxSessionsPerAddress \(20\) is more than server\.maxSessions \(5\)/,
  ],
  [
    'an IPv6 address for PASV',
    `passive: { publicAddress: "::1" }\n${TLS}${USERS}`,
    /expected an IPv4 address or a host name/,
  ],
  [
    'an override that is no IPv4 address',
    `passive: { overrides: [{ networks: [10.0.0.0/8], address: "::1" }] }\n${TLS}${USERS}`,
    /overrides\[0\]\.address: expected an IPv4 address/,
  ],
  ['a number as umask', `storage: { umask: 0027 }\n${TLS}${USERS}`, /octal digits in quotes .*found 27/],
  [
    'a umask that locks the server out',
    `storage: { umask: "0700" }\n${TLS}${USERS}`,
    /leave the owner every right/,
  ],
  [
    'a misspelt choice',
    `log: { format: prety }\n${TLS}${USERS}`,
    /expected json or pretty, found "prety"; did you mean "pretty"\?/,
  ],
  ['yes for true', `uploads: { checksum: yes }\n${TLS}${USERS}`, /expected true or false, found "yes"/],
  [
    'a section of the wrong kind',
    `log: pretty\n${TLS}${USERS}`,
    /^1:6 {2}log: expected a section of keys, found "pretty"$/,
  ],
  ['no tls', USERS, /^1:1 {2}tls: is missing/],
  ['no users', TLS, /^1:1 {2}users: is missing/],
  [
    'no certificate',
    `tls: { certificates: [] }\n${USERS}`,
    /expected at least one certificate.*found an empty list/,
  ],
  [
    'a key where its path belongs',
    `tls: { certificates: [{ cert: a, key: "-----BEGIN\\n" }] }\n${USERS}`,
    /not its content/,
  ],
  ['a duplicate key', `${TLS}${TLS}${USERS}`, /^5:1 {2}: duplicate key "tls"/],
  ['an open quote', `${TLS}server: { greeting: "abc }\n${USERS}`, /not valid YAML: missing closing "quote/],
  [
    'an unset variable',
    `storage: { root: !env PORTCULLIS_NOT_SET }\n${TLS}${USERS}`,
    /^1:23 {2}storage\.root: !env PORTCULLIS_NOT_SET: the environment variable is not set$/,
  ],
  [
    'a missing secret',
    `storage: { root: !file nowhere }\n${TLS}${USERS}`,
    /storage\.root: !file nowhere: no such file$/,
  ],
  [
    'an unknown tag',
    `storage: { root: !fiel x }\n${TLS}${USERS}`,
    /unknown tag !fiel; known are !file PATH and !env NAME/,
  ],
  ['an unknown anchor', `storage: { root: *x }\n${TLS}${USERS}`, /no such anchor/],
  ['no grants', user(''), /users\[0\]\.grants: is missing/],
  [
    'a misspelt preset',
    user('    grants: { /: readonly }\n'),
    /found "readonly"; did you mean "read-only"\?/,
  ],
  [
    'a misspelt right',
    user('    grants: { /: [lst] }\n'),
    /^8:19 {2}.*grants\["\/"\]\[0\]: expected one of the rights .*did you mean "list"\?/,
  ],
  [
    'a folder without slash',
    user('    grants: { inbox: read-only }\n'),
    /^8:15 {2}.*expected a folder as the client sees it, .*found "inbox"$/,
  ],
  [
    'one folder twice',
    user('    grants: { /in: read-only, /in/: read-only }\n'),
    /same folder as another entry/,
  ],
  [
    'a home outside',
    user('    home: ../other\n    grants: { /: read-only }\n'),
    /stays within storage\.root/,
  ],
  [
    'bits beyond the prefix',
    user('    grants: { /: read-only }\n    allowFrom: [203.0.113.7/24]\n'),
    /did you mean "203\.0\.113\.0\/24"\?/,
  ],
  ['an impossible date', user('    grants: { /: read-only }\n    expires: 2027-02-30\n'), /expected a date/],
  [
    'a feature of a later release',
    user('    grants: { /: read-only }\n    secondFactor: totp\n'),
    /^9:5 {2}users\[0\]\.secondFactor: unknown key/,
  ],
  [
    'a webhook without secret',
    `${TLS}onUpload: { webhook: { url: "https://a.example" } }\n${USERS}`,
    /onUpload\.webhook\.secret: is missing; expected a secret of at least 32 characters$/,
  ],
  [
    'a misspelt key of a section that is off by default',
    `${TLS}onUpload: { command: { argv: [/bin/true], timout: 5s } }\n${USERS}`,
    /onUpload\.command\.timout: unknown key; did you mean "timeout"\?/,
  ],
  [
    'a webhook by another protocol',
    webhook('ftp://a.example'),
    /expected an https:\/\/ or http:\/\/ address/,
  ],
  ['no address at all', webhook('a.example/x'), /expected an https:\/\/ or http:\/\/ address/],
  [
    'a password in the address',
    webhook('https://u:p@a.example'),
    /without user name, password or #fragment$/,
  ],
  [
    'a command as one text',
    `${TLS}onUpload: { command: { argv: /bin/true x } }\n${USERS}`,
    /onUpload\.command\.argv: expected a list: the absolute path of a program, then its arguments/,
  ],
  [
    'a command to be searched for',
    `${TLS}onUpload: { command: { argv: [true-command, x] } }\n${USERS}`,
    /argv: expected a list: the absolute path/,
  ],
  [
    'no command',
    `${TLS}onUpload: { command: { argv: [] } }\n${USERS}`,
    /argv: expected a list: the absolute path .*found an empty list$/,
  ],
  [
    'the queue in a home',
    `${TLS}onUpload: { queue: { folder: ../data/acme } }\n${USERS}`,
    /onUpload\.queue\.folder: lies inside a folder of user "acme"/,
  ],
  [
    'the audit log in a home',
    `${TLS}audit: { file: ../data/acme/a.jsonl }\n${USERS}`,
    /audit\.file: lies inside a folder of user "acme"/,
  ],
]

for (const [name, text, expected] of CASES) {
  test(`says what is wrong with ${name}`, async () => {
    const problems = await problemsOf(text)
    assert.match(problems.map(told).join('\n'), expected)
    assert.equal(problems.length, 1, problems.map(told).join('\n'))
  })
}

test('tells all mistakes at once, in the order of the file', async () => {
  const problems = await problemsOf(
    `server:\n  greting: x\n  timeouts: { idle: soon }\n${TLS}log: { level: loud }\n${USERS}${USERS.replace('users:\n', '')}`,
  )
  assert.deepEqual(
    problems.map(({ line, path }) => [line, path]),
    [
      [2, 'server.greting'],
      [3, 'server.timeouts.idle'],
      [8, 'log.level'],
      [14, 'users[1].name'],
    ],
  )
  assert.deepEqual(problems[0], {
    file: '/srv/config/portcullis.yaml',
    line: 2,
    column: 3,
    path: 'server.greting',
    message: 'unknown key; did you mean "greeting"?',
    text: 'greting',
    expected:
      'listen, proxyProtocol, greeting, maxSessions, maxSessionsPerAddress, timeouts, shutdownGrace or controlSocket',
    nearest: 'greeting',
  })
})

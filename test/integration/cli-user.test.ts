import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { verifyPassword } from '../../src/auth/argon2.js'
import { loadConfig } from '../../src/config/load.js'
import { HASH, TLS, USERS, writeConfig } from '../helpers/config-file.js'
import { runCli } from '../helpers/run-cli.js'
import { tempDir } from '../helpers/temp-dir.js'

const hashOf = async (file: string, name: string) =>
  (await loadConfig(file)).users.find(user => user.name === name)?.passwordHash ?? ''

test('a user is added, given a new password, disabled, enabled and removed', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS)
  const run = (args: string[], input?: string) =>
    runCli(['user', ...args], { cwd: dir.path, ...(input === undefined ? {} : { input }) })

  const added = await run([
    'add',
    'bob',
    '--generate',
    '--grant',
    '/in=drop-box',
    '--grant',
    '/out=read-only',
  ])
  assert.equal(added.code, 0, added.err)
  const password = /shown only now: {2}(\S+)/.exec(added.out)?.[1] ?? ''
  assert.ok(await verifyPassword(await hashOf(file, 'bob'), password))
  assert.ok((await stat(join(dir.path, 'data/bob'))).isDirectory())

  assert.equal((await run(['passwd', 'bob', '--password-stdin'], 'correct horse battery\n')).code, 0)
  assert.ok(await verifyPassword(await hashOf(file, 'bob'), 'correct horse battery'))

  assert.equal((await run(['disable', 'bob'])).code, 0)
  assert.match(
    (await run(['list'])).out,
    /^bob +disabled +\/in=drop-box \/out=read-only +anywhere +.*data\/bob$/m,
  )
  assert.equal((await run(['enable', 'bob'])).code, 0)
  assert.match((await run(['list'])).out, /^bob +active/m)

  const removed = await run(['remove', 'bob'])
  assert.match(removed.out, /The files in .*data\/bob are still there/)
  assert.equal(await readFile(file, 'utf8'), TLS + USERS)
})

const REFUSED: readonly (readonly [name: string, args: string[], input: string, expected: RegExp])[] = [
  ['no terminal to ask at', ['add', 'bob'], '', /--password-stdin or --generate/],
  ['a short password', ['add', 'bob', '--password-stdin'], 'short\n', /at least 12 characters/],
  ['an empty password', ['add', 'bob', '--password-stdin'], '', /at least 12 characters/],
  [
    'a password with a control character',
    ['add', 'bob', '--password-stdin'],
    'abcdefghijkl\x07',
    /control characters/,
  ],
  ['the user name as password', ['passwd', 'acme', '--password-stdin'], 'acme-acme-acme', /user name/],
  ['six digits at the end', ['passwd', 'acme', '--password-stdin'], 'correct horse 123456', /six digits/],
  ['a password as argument', ['add', 'bob', 'secret'], '', /too many arguments/],
  ['two sources', ['add', 'bob', '--generate', '--password-stdin'], '', /exclude each other/],
  ['a name that climbs', ['add', '..', '--generate'], '', /user name/],
  ['a home that climbs', ['add', 'bob', '--generate', '--home', '../x'], '', /stays within storage\.root/],
  ['a grant without a preset', ['add', 'bob', '--generate', '--grant', '/in'], '', /FOLDER=PRESET/],
  [
    'an unknown preset',
    ['add', 'bob', '--generate', '--grant', '/in=rw'],
    '',
    /read-only, drop-box, read-write/,
  ],
  ['a name that is taken', ['add', 'acme', '--generate'], '', /has a user "acme" already/],
  ['a user who is not there', ['passwd', 'acne', '--generate'], '', /did you mean "acme"\?/],
]

for (const [name, args, input, expected] of REFUSED) {
  test(`refuses ${name} with 2 and changes nothing`, async () => {
    await using dir = await tempDir()
    const file = await writeConfig(dir.path, TLS + USERS)
    const { code, err } = await runCli(['user', ...args], { cwd: dir.path, input })
    assert.equal(code, 2)
    assert.match(err, expected)
    assert.equal(await readFile(file, 'utf8'), TLS + USERS)
  })
}

test('a user whose home cannot be made is there all the same, with the password and what is to do', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS)
  const home = join(file, 'home')
  const added = await runCli(['user', 'add', 'bob', '--generate', '--home', home], { cwd: dir.path })
  assert.equal(added.code, 1)
  assert.ok(added.err.includes(`The home ${home} could not be made (ENOTDIR): make it`), added.err)
  const password = /shown only now: {2}(\S+)/.exec(added.out)?.[1] ?? ''
  assert.ok(await verifyPassword(await hashOf(file, 'bob'), password))
})

test('the list tells what each user logs in with', async () => {
  await using dir = await tempDir()
  const pin = (more: string) => `    certificate: { fingerprint: ${'a'.repeat(64)}${more} }\n`
  const users = [
    USERS,
    `  - name: bob\n    passwordHash: ${HASH}\n    grants: { /: read-only }\n`,
    `  - name: carl\n    grants: { /: read-only }\n    passwordHash: ${HASH}\n${pin('')}    totp: GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n`,
    `  - name: dora\n    grants: { /: read-only }\n${pin(', password: not-needed')}`,
  ].join('')
  await writeConfig(dir.path, `${TLS}  clientCertificates: { mode: optional }\n${users}`)
  const { out, err } = await runCli(['user', 'list'], { cwd: dir.path })
  const factors = out.split('\n').map(line => /anywhere +(\S+)/.exec(line)?.[1])
  assert.deepEqual(
    factors.filter(each => each),
    ['password', 'password', 'certificate+password+totp', 'certificate'],
    err,
  )
})

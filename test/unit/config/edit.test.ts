import assert from 'node:assert/strict'
import { chmod, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import {
  addUser,
  removeTotp,
  removeUser,
  setDisabled,
  setPasswordHash,
  setTotp,
  totpReference,
} from '../../../src/config/edit.js'
import { HASH, TLS, USERS, writeConfig } from '../../helpers/config-file.js'
import { TOTP_SECRET } from '../../helpers/one-time-code.js'
import { tempDir } from '../../helpers/temp-dir.js'

const COMMENTED = `# top

${TLS}
# before users
users:
  # before acme
  - name: acme # after acme
    passwordHash: ${HASH}
    # before grants
    grants:
      /: read-write

# end
`

const OTHER = HASH.replace('m=19456', 'm=20000')

const EDITS: readonly (readonly [
  name: string,
  edit: (file: string) => Promise<unknown>,
  expected: (text: string) => string,
])[] = [
  ['a new hash', file => setPasswordHash(file, 'acme', OTHER), text => text.replace(HASH, OTHER)],
  [
    'disabling',
    file => setDisabled(file, 'acme', true),
    text => text.replace('/: read-write\n', '/: read-write\n    disabled: true\n'),
  ],
  ['enabling who is enabled', file => setDisabled(file, 'acme', false), text => text],
  [
    'a secret of one-time codes',
    file => setTotp(file, 'acme', TOTP_SECRET),
    text => text.replace('/: read-write\n', `/: read-write\n    totp: ${TOTP_SECRET}\n`),
  ],
  ['taking a secret from who has none', file => removeTotp(file, 'acme'), text => text],
  [
    'a new user',
    file => addUser(file, { name: '007', passwordHash: HASH, home: 'b', grants: { '/': 'read-only' } }),
    text =>
      text.replace(
        '\n# end',
        `  - name: "007"\n    passwordHash: ${HASH}\n    home: b\n    grants:\n      /: read-only\n\n# end`,
      ),
  ],
]

for (const [name, edit, expected] of EDITS) {
  test(`${name} changes nothing else`, async () => {
    await using dir = await tempDir()
    const file = await writeConfig(dir.path, COMMENTED)
    await edit(file)
    assert.equal(await readFile(file, 'utf8'), expected(COMMENTED))
    assert.deepEqual(await readdir(dirname(file)), ['portcullis.yaml'])
  })
}

test('the mode is kept', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS)
  await chmod(file, 0o640)
  await setDisabled(file, 'acme', true)
  assert.equal((await stat(file)).mode & 0o777, 0o640)
})

test('a link stays a link', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS)
  const link = join(dirname(file), 'link.yaml')
  await symlink('portcullis.yaml', link)
  await removeUser(link, 'acme')
  assert.match(await readFile(file, 'utf8'), /users: \[\]/)
  assert.equal(
    (await readdir(dirname(file), { withFileTypes: true }))
      .find(entry => entry.name === 'link.yaml')
      ?.isSymbolicLink(),
    true,
  )
})

test('after the last user is removed another can be added', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS)
  await removeUser(file, 'acme')
  await addUser(file, { name: 'acme', passwordHash: HASH, grants: { '/': 'read-write' } })
  assert.equal(await readFile(file, 'utf8'), TLS + USERS)
})

const REFUSED: readonly (readonly [
  name: string,
  edit: (file: string) => Promise<unknown>,
  expected: RegExp,
])[] = [
  [
    'a user who is not there',
    file => removeUser(file, 'acmee'),
    /has no user "acmee"; did you mean "acme"\?/,
  ],
  [
    'a name that is taken',
    file => addUser(file, { name: 'acme', passwordHash: HASH, grants: { '/': 'read-only' } }),
    /has a user "acme" already/,
  ],
  [
    'a result that does not validate',
    file => addUser(file, { name: 'b', passwordHash: HASH, grants: { '/': 'everything' } }),
    /users\[1\]\.grants/,
  ],
]

for (const [name, edit, expected] of REFUSED) {
  test(`refuses ${name} and leaves the file alone`, async () => {
    await using dir = await tempDir()
    const file = await writeConfig(dir.path, TLS + USERS)
    await assert.rejects(edit(file), { name: 'ConfigError', message: expected })
    assert.equal(await readFile(file, 'utf8'), TLS + USERS)
  })
}

test('a hash that a secret file holds is changed there, not here', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS.replace(HASH, '!file hash'))
  await writeFile(join(dirname(file), 'hash'), HASH)
  await assert.rejects(setPasswordHash(file, 'acme', OTHER), { message: /!file hash; change it there/ })
})

test('a weak hash can be mended in a file that does not validate because of it', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS.replace(HASH, 'plain'))
  await setPasswordHash(file, 'acme', HASH)
  assert.equal(await readFile(file, 'utf8'), TLS + USERS)
})

test('a secret of one-time codes may be in a file, takes the place of an earlier one, and goes', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS)
  await writeFile(join(dirname(file), 'a: secret'), TOTP_SECRET)
  assert.equal(await totpReference(file, 'acme'), undefined)
  assert.equal((await setTotp(file, 'acme', { file: 'a: secret' })).users[0]?.totp, TOTP_SECRET)
  assert.match(await readFile(file, 'utf8'), /^ {4}totp: !file "a: secret"$/m)
  assert.equal(await totpReference(file, 'acme'), '!file a: secret')
  await setTotp(file, 'acme', TOTP_SECRET)
  assert.equal(await totpReference(file, 'acme'), undefined)
  await removeTotp(file, 'acme')
  assert.equal(await readFile(file, 'utf8'), TLS + USERS)
  await assert.rejects(totpReference(file, 'acne'), { message: /did you mean "acme"/ })
})

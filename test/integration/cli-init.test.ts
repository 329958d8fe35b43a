import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, createServer } from 'node:tls'
import { parseDocument } from 'yaml'
import { verifyPassword } from '../../src/auth/argon2.js'
import { loadConfig } from '../../src/config/load.js'
import { runCli } from '../helpers/run-cli.js'
import { tempDir } from '../helpers/temp-dir.js'

test('init writes what a first start needs, and check finds nothing against it', async () => {
  await using dir = await tempDir()
  const { code, out } = await runCli(['init', '--port', '9990'], { cwd: dir.path })
  assert.equal(code, 0)

  const file = join(dir.path, 'config/portcullis.yaml')
  const config = await loadConfig(file)
  assert.equal(config.server.listen.port, 9990)
  const [user] = config.users
  assert.equal(user?.name, 'partner')
  assert.deepEqual(user?.grants, { '/': 'read-write' })
  assert.ok((await stat(user.home)).isDirectory())
  assert.equal((await stat(join(dir.path, 'certs/server.key'))).mode & 0o777, 0o600)
  assert.equal((await stat(file)).mode & 0o777, 0o600)

  const password = /has the password {2}(\S+)/.exec(out)?.[1] ?? ''
  assert.ok(await verifyPassword(user.passwordHash ?? '', password))
  const text = await readFile(file, 'utf8')
  assert.ok(!text.includes(password))
  assert.match(text, /^# yaml-language-server: \$schema=\.\/portcullis\.schema\.json\n/)
  assert.ok(
    JSON.parse(await readFile(join(dir.path, 'config/portcullis.schema.json'), 'utf8')).properties.server,
  )
  // Editing a user must not reformat what init wrote.
  assert.equal(parseDocument(text).toString({ lineWidth: 0 }), text)

  const checked = await runCli(['check'], { cwd: dir.path })
  assert.equal(checked.code, 0)
  assert.match(checked.out, /valid; listens on :: port 9990, data on 100 ports from 50000 to 50099, 1 user/)
  assert.doesNotMatch(checked.err, /error/)
})

test('init prints lines for lftp, curl and FileZilla', async () => {
  await using dir = await tempDir()
  const { out } = await runCli(['init', '--port', '9990'], { cwd: dir.path })
  const password = /has the password {2}(\S+)/.exec(out)?.[1] ?? ''
  const certificate = join(dir.path, 'certs/server.crt')
  assert.ok(
    out.includes(`lftp -u 'partner,${password}' -e 'set ssl:ca-file "${certificate}"' ftps://localhost:9990`),
  )
  assert.ok(
    out.includes(`curl --cacert '${certificate}' --user 'partner:${password}' ftps://localhost:9990/`),
  )
  assert.ok(out.includes(`filezilla 'ftps://partner:${password}@localhost:9990/'`))
  assert.match(out, /Require implicit FTP over TLS/)
  assert.match(out, /([0-9A-F]{2}:){31}[0-9A-F]{2}/)
})

test('the certificate of init is trusted for localhost when given as CA', async () => {
  await using dir = await tempDir()
  await runCli(['init'], { cwd: dir.path })
  const [cert, key] = await Promise.all(
    ['crt', 'key'].map(kind => readFile(join(dir.path, `certs/server.${kind}`))),
  )
  const server = createServer({ cert, key }, socket => socket.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: cert })
    await once(socket, 'secureConnect')
    assert.ok(socket.authorized)
    socket.destroy()
  } finally {
    server.close()
  }
})

test('init never overwrites: it lists what is in the way', async () => {
  await using dir = await tempDir()
  await runCli(['init', 'here'], { cwd: dir.path })
  const before = await readFile(join(dir.path, 'here/config/portcullis.yaml'), 'utf8')
  const { code, err } = await runCli(['init', 'here'], { cwd: dir.path })
  assert.equal(code, 2)
  assert.match(err, /here\/config\/portcullis\.yaml\n.*here\/certs\/server\.crt\n.*here\/certs\/server\.key/)
  assert.equal(await readFile(join(dir.path, 'here/config/portcullis.yaml'), 'utf8'), before)
})

test('a port that cannot work is refused before anything is written', async () => {
  await using dir = await tempDir()
  const { code, err } = await runCli(['init', '--port', '50001'], { cwd: dir.path })
  assert.equal(code, 2)
  assert.match(err, /overlapping ports/)
  await assert.rejects(stat(join(dir.path, 'certs')))
})

test('check tells errors from warnings', async () => {
  await using dir = await tempDir()
  await runCli(['init'], { cwd: dir.path })
  const other = join(dir.path, 'other')
  await runCli(['init', 'other'], { cwd: dir.path })
  await writeFile(join(dir.path, 'certs/server.key'), await readFile(join(other, 'certs/server.key')))
  const mixed = await runCli(['check'], { cwd: dir.path })
  assert.equal(mixed.code, 2)
  assert.match(mixed.err, /error {2}tls\.certificates\[0\]\.key: .* does not belong to the certificate/)
  assert.match(mixed.err, /the server would not start/)
})

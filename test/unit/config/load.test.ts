import assert from 'node:assert/strict'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../../src/config/load.js'
import { ConfigError } from '../../../src/config/problem.js'
import { HASH, TLS, USERS, writeConfig } from '../../helpers/config-file.js'
import { tempDir } from '../../helpers/temp-dir.js'

const load = async (text: string) => {
  await using dir = await tempDir()
  return { root: dir.path, config: await loadConfig(await writeConfig(dir.path, text)) }
}

test('one certificate and one user are a complete file', async () => {
  const { root, config } = await load(TLS + USERS)
  assert.deepEqual(config.server.listen, { host: '::', port: 990 })
  assert.equal(config.server.timeouts.idle, 300_000)
  assert.equal(config.passive.ports.length, 100)
  assert.deepEqual(config.auth.limits.failuresPerUserAndAddress, { max: 5, within: 900_000, block: 900_000 })
  assert.equal(config.storage.umask, 0o027)
  assert.equal(config.audit.rotate.size, 100 * 2 ** 20)
  assert.deepEqual(config.tls.certificates, [
    { cert: join(root, 'certs/server.crt'), key: join(root, 'certs/server.key') },
  ])
  assert.equal(config.audit.file, join(root, 'logs/audit.jsonl'))
  const [user] = config.users
  assert.equal(user?.home, join(root, 'data/acme'))
  assert.deepEqual(user?.compat, {
    dataSession: 'require',
    close: 'strict',
    ascii: 'convert',
    charset: 'utf-8',
  })
})

test('the result is frozen all the way down', async () => {
  const { config } = await load(TLS + USERS)
  assert.throws(() => Object.assign(config.server.listen, { port: 1 }), TypeError)
  assert.throws(() => (config.passive.ports as number[]).push(1), TypeError)
  assert.throws(() => Object.assign(config.users[0] ?? {}, { disabled: true }), TypeError)
})

test('values are read in the units people write', async () => {
  const { config } = await load(
    `${TLS}${USERS}    expires: 2030-12-31\n    limits: { upload: 20MiB/s, download: 500KB/s }\n    allowFrom: [203.0.113.7, "2001:db8::/32"]\n` +
      'uploads: { maxSize: 5GB }\npassive: { ports: [50001-50003, 50000, 50002] }\nserver: { shutdownGrace: 0s, timeouts: { idle: 24h } }\n',
  )
  assert.equal(config.uploads.maxSize, 5e9)
  assert.equal(config.hashing.maxSize, 64 * 2 ** 30)
  assert.deepEqual(config.users[0]?.limits, { sessions: null, upload: 20 * 2 ** 20, download: 500_000 })
  assert.deepEqual(config.passive.ports, [50000, 50001, 50002, 50003])
  assert.equal(config.server.timeouts.idle, 86_400_000)
  assert.equal(config.server.shutdownGrace, 0)
  assert.deepEqual(config.users[0]?.allowFrom, ['203.0.113.7/32', '2001:db8::/32'])
  assert.equal(config.users[0]?.expires, Date.parse('2031-01-01T00:00:00Z'))
})

test('a user takes from the sections what its compat leaves out', async () => {
  const { config } = await load(
    `${TLS}uploads: { close: tolerant }\n${USERS}    compat: { dataSession: prefer }\n`,
  )
  assert.deepEqual(config.users[0]?.compat, {
    dataSession: 'prefer',
    close: 'tolerant',
    ascii: 'convert',
    charset: 'utf-8',
  })
})

test('a key with nothing after it counts as not written', async () => {
  const { config } = await load(`${TLS}server:\n  listen:\n  # port: 1\n${USERS}`)
  assert.equal(config.server.listen.port, 990)
})

test('!file and !env stand for any text', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(
    dir.path,
    `${TLS}storage: { root: !env PORTCULLIS_TEST_ROOT }\n${USERS.replace(HASH, '!file secrets')}`,
  )
  await writeFile(join(dir.path, 'config', 'secrets'), `${HASH}\n`)
  process.env.PORTCULLIS_TEST_ROOT = '/srv/homes'
  const config = await loadConfig(file)
  assert.equal(config.users[0]?.passwordHash, HASH)
  assert.equal(config.users[0]?.home, '/srv/homes/acme')
})

test('paths are relative to the name given, also when that is a link', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS)
  const link = join(dir.path, 'elsewhere.yaml')
  await symlink(file, link)
  assert.equal((await loadConfig(link)).storage.root, join(dir.path, '../data'))
})

test('a missing file names the remedy', async () => {
  await using dir = await tempDir()
  await assert.rejects(loadConfig(join(dir.path, 'none.yaml')), (error: unknown) => {
    assert.ok(error instanceof ConfigError)
    assert.match(error.message, /none\.yaml {2}no such file; .*portcullis init/)
    return true
  })
})

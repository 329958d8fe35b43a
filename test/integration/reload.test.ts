import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { verifyAuditLog } from '../../src/audit/verify.js'
import { createSelfSigned } from '../../src/tls/self-signed.js'
import { testCertificate } from '../helpers/certificate.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { passivePorts } from '../helpers/ports.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD, passwordHash, testServer } from '../helpers/server.js'
import { stored } from '../helpers/stored.js'
import { tempDir } from '../helpers/temp-dir.js'

const loginCode = async (client: FtpClient, user: string): Promise<number> => {
  assert.equal((await client.command(`USER ${user}`)).code, 331)
  return (await client.command(`PASS ${PASSWORD}`)).code
}

test('the sessions of users who are gone, disabled or expired end, and nobody else’s', async () => {
  const names = ['gone', 'off', 'late']
  await using server = await testServer({ users: [{}, ...names.map(name => ({ name }))] })
  using stays = await FtpClient.login(server.port)
  using stranger = await FtpClient.connect(server.port)
  const clients = await Promise.all(names.map(user => FtpClient.login(server.port, { user })))
  await server.reload({
    users: [{}, { name: 'off', disabled: true }, { name: 'late', expires: '2020-12-31' }],
  })
  for (const client of clients) assert.match(await client.ended(), /^421 [^\r\n]*\r\n$/)
  for (const user of names) {
    const reason = { gone: 'user_removed', off: 'user_disabled', late: 'user_expired' }[user]
    await recorded(server, { event: 'session.ended', reason, user })
    assert.equal(await loginCode(stranger, user), 530, user)
  }
  assert.equal((await stays.command('NOOP')).code, 200)
  assert.equal(await loginCode(stranger, 'acme'), 230)
})

test('a removed user’s transfer is aborted, another’s goes on', async () => {
  await using server = await testServer({ users: [{}, { name: 'gone' }] })
  using stays = await FtpClient.login(server.port)
  using gone = await FtpClient.login(server.port, { user: 'gone' })
  const begin = async (client: FtpClient) => {
    const socket = await client.data(await client.passive())
    const secured = once(socket, 'secureConnect')
    assert.equal((await client.command('STOR f')).code, 150)
    socket.resume().write('first half, ')
    await secured
    return socket
  }
  const going = await begin(stays)
  const cut = await begin(gone)
  await server.reload({})
  assert.equal((await gone.reply()).code, 426)
  assert.match(await gone.ended(), /^421 /)
  cut.destroy()
  going.end('second half')
  assert.equal((await stays.reply()).code, 226)
  assert.equal(await readFile(join(server.home, 'f'), 'utf8'), 'first half, second half')
  assert.deepEqual(await stored(join(server.home, '..', 'gone')), [])
})

test('a new user can log in, with the rights of the new file', async () => {
  await using server = await testServer()
  using client = await FtpClient.connect(server.port)
  assert.equal(await loginCode(client, 'fresh'), 530)
  await mkdir(join(server.home, '..', 'fresh'))
  await server.reload({ users: [{ grants: { '/': 'read-only' } }, { name: 'fresh' }] })
  assert.equal(await loginCode(client, 'fresh'), 230)
  assert.equal((await client.upload('STOR f', 'x')).code, 226)
  assert.equal(await loginCode(client, 'acme'), 230)
  assert.equal((await client.upload('STOR f', 'x')).code, 550)
  await recorded(server, { event: 'config.loaded', users: 2 })
})

test('a new certificate is shown to new connections, and old sessions go on with theirs', async () => {
  await using server = await testServer()
  const fingerprint = (client: FtpClient) => client.socket.getPeerCertificate().fingerprint256
  using before = await FtpClient.login(server.port)
  const { cert, key } = await createSelfSigned({ hosts: ['localhost'], days: 2 })
  await writeFile(server.ca, cert)
  await writeFile(join(dirname(server.ca), 'server.key'), key)
  await server.reload({})
  using after = await FtpClient.login(server.port)
  assert.equal(fingerprint(before), new X509Certificate((await testCertificate()).cert).fingerprint256)
  assert.equal(fingerprint(after), new X509Certificate(cert).fingerprint256)
  for (const client of [before, after]) assert.equal((await client.upload('STOR f', 'x')).code, 226)
})

test('a configuration that does not work changes nothing', async () => {
  await using server = await testServer({ users: [{}, { name: 'other' }] })
  using live = await FtpClient.login(server.port, { user: 'other' })
  const loaded = async () => (await server.audit()).filter(({ event }) => event === 'config.loaded').length
  const before = await loaded()
  const greeting = 'Another greeting'
  const listen = { host: '127.0.0.1', port: 0 }
  const users = [{ disabled: true }]
  await writeFile(
    join(dirname(server.ca), 'other.key'),
    (await createSelfSigned({ hosts: ['x'], days: 1 })).key,
  )
  for (const config of [
    { server: { listen, greeting }, tls: { certificates: [{ cert: 'server.crt', key: 'absent.key' }] } },
    { server: { listen, greeting }, tls: { certificates: [{ cert: 'server.crt', key: 'other.key' }] } },
    { server: { listen, greeting, nonsense: true } },
  ])
    await assert.rejects(server.reload({ config, users }))
  assert.equal((await live.upload('STOR f', 'x')).code, 226)
  using client = await FtpClient.login(server.port)
  assert.equal((await client.command('PWD')).code, 257)
  assert.equal(await loaded(), before)
})

test('new timeouts and limits are for new sessions; what needs a restart is named', async () => {
  const listen = { host: '127.0.0.1', port: 0 }
  await using server = await testServer()
  using before = await FtpClient.login(server.port)
  assert.deepEqual(
    await server.reload({
      config: {
        server: { listen, timeouts: { idle: '100ms' }, maxSessionsPerAddress: 2 },
        log: { level: 'error' },
        auth: { verification: { concurrency: 3 } },
      },
    }),
    ['auth.verification', 'log'],
  )
  using after = await FtpClient.login(server.port)
  await assert.rejects(FtpClient.connect(server.port))
  assert.match(await after.ended(), /^421 /)
  assert.equal((await before.command('NOOP')).code, 200)
})

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

/** `portcullis serve` in a process of its own. */
async function served(dir: string, users: readonly object[]) {
  const { cert, key } = await testCertificate()
  await writeFile(join(dir, 'server.crt'), cert)
  await writeFile(join(dir, 'server.key'), key, { mode: 0o600 })
  const file = join(dir, 'portcullis.yaml')
  const ports = passivePorts(20)
  const write = async (list: readonly object[], more: object = {}) => {
    const settings = {
      server: { listen: { host: '127.0.0.1', port: 0 } },
      tls: { certificates: [{ cert: 'server.crt', key: 'server.key' }] },
      passive: { ports },
      storage: { root: 'data' },
      audit: { file: 'audit.jsonl' },
      users: list,
      ...more,
    }
    await writeFile(file, stringify(settings), { mode: 0o600 })
  }
  await write(users)
  const child = spawn(process.execPath, [MAIN, 'serve', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines: string[] = []
  const output = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    exited,
    lines,
    write,
    /** The next line of the log with this message. */
    async told(message: string): Promise<Record<string, unknown>> {
      for (;;) {
        const { value, done } = await output.next()
        if (done) throw new Error(`ended without: ${message}\n${lines.join('\n')}`)
        lines.push(value)
        const record = JSON.parse(value) as Record<string, unknown>
        if (record.msg === message) return record
      }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exited
    },
  }
}

test('SIGHUP takes in a new file, keeps the old one when it is bad, and reopens the audit log', async () => {
  await using dir = await tempDir()
  const user = (name: string) => ({ name, passwordHash: '', grants: { '/': 'read-write' } })
  const hash = await passwordHash()
  const users = ['acme', 'other'].map(name => ({ ...user(name), passwordHash: hash }))
  for (const { name } of users) await mkdir(join(dir.path, 'data', name), { recursive: true })
  await using server = await served(dir.path, users.slice(0, 1))
  const port = Number((await server.told('ready')).port)
  using client = await FtpClient.login(port)

  const audit = join(dir.path, 'audit.jsonl')
  await rename(audit, `${audit}.0000000000000001`)
  await server.write(users)
  server.child.kill('SIGHUP')
  assert.equal((await server.told('configuration reloaded')).users, 2)
  using _other = await FtpClient.login(port, { user: 'other' })
  assert.equal((await client.command('NOOP')).code, 200)

  await server.write([], { nonsense: 1 })
  server.child.kill('SIGHUP')
  const complaint = await server.told('configuration not reloaded, the old one stays in force')
  assert.match(String(complaint.problem), /nonsense/)
  using _again = await FtpClient.login(port, { user: 'other' })

  server.child.kill('SIGTERM')
  assert.match(await client.ended(), /^421 /)
  assert.deepEqual(await server.exited, [0, null])
  const { problems, files, cleanStop } = await verifyAuditLog(audit)
  assert.deepEqual([problems, files.length, cleanStop], [[], 2, true])
  const events = (await readFile(audit, 'utf8')).match(/"event":"(config|server)\.\w+"/g)
  assert.deepEqual(events, [
    '"event":"config.loaded"',
    '"event":"config.rejected"',
    '"event":"server.stopping"',
    '"event":"server.stopped"',
  ])
  assert.ok(!server.lines.join().includes(PASSWORD) && !server.lines.join().includes(hash))
})

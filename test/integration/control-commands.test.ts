import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../src/cli/exit.js'
import { TLS, USERS, writeConfig } from '../helpers/config-file.js'
import { controlled } from '../helpers/control.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { runCli } from '../helpers/run-cli.js'
import { beginUpload } from '../helpers/running-transfer.js'
import { testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

interface Row {
  readonly id: string
  readonly user: string | null
  readonly address: string
  readonly since: string
  readonly state: string
  readonly bytes: number | null
}

test('sessions lists who is connected, what each does, and how far it is', async () => {
  await using server = await testServer()
  await using control = await controlled(server)
  assert.deepEqual(await control.run('sessions'), { code: 0, out: 'Nobody is connected.\n', err: '' })
  using _stranger = await FtpClient.connect(server.port)
  using _idle = await FtpClient.login(server.port)
  using busy = await FtpClient.login(server.port)
  const upload = await beginUpload(server, busy, 'f')
  const { code, out } = await control.run('sessions', 'list', '--json')
  assert.equal(code, 0)
  const rows = JSON.parse(out) as Row[]
  assert.deepEqual(
    rows.map(({ user, address, state }) => [user, address, state]).sort(),
    [
      ['acme', '127.0.0.1', 'STOR'],
      ['acme', '127.0.0.1', 'idle'],
      [null, '127.0.0.1', 'login'],
    ].sort(),
  )
  for (const { id, since, state, bytes } of rows) {
    assert.match(id, /^[0-9a-f]{16}$/)
    assert.ok(Math.abs(Date.now() - Date.parse(since)) < 600_000)
    assert.equal(bytes === null, state !== 'STOR')
  }
  const { out: table } = await control.run('sessions')
  assert.match(table, /^ID +USER +ADDRESS +SINCE +STATE +BYTES\n/)
  assert.match(table, /^[0-9a-f]{16} +acme +127\.0\.0\.1 +\S+Z +STOR +\d+$/m)
  assert.match(table, /^[0-9a-f]{16} +- +127\.0\.0\.1 +\S+Z +login +-$/m)
  upload.end()
  assert.equal((await busy.reply()).code, 226)
})

test('sessions end tells the client, aborts its transfer, and is recorded', async () => {
  await using server = await testServer()
  await using control = await controlled(server)
  using other = await FtpClient.login(server.port)
  using client = await FtpClient.login(server.port)
  const upload = await beginUpload(server, client, 'f')
  const rows = JSON.parse((await control.run('sessions', '--json')).out) as Row[]
  const id = rows.find(({ state }) => state === 'STOR')?.id ?? ''
  assert.deepEqual(await control.run('sessions', 'end', id), {
    code: 0,
    out: 'The session of acme from 127.0.0.1 ends.\n',
    err: '',
  })
  assert.equal((await client.reply()).code, 426)
  assert.match(await client.ended(), /^421 [^\r\n]*\r\n$/)
  upload.destroy()
  await recorded(server, { event: 'session.ended', reason: 'ended_by_operator', session: id, user: 'acme' })
  assert.equal((await other.command('NOOP')).code, 200)
  assert.deepEqual(await control.run('sessions', 'end', id), {
    code: 1,
    out: '',
    err: `portcullis: there is no session ${id}\n`,
  })
})

test('bans list and lift', async () => {
  await using server = await testServer({
    config: { auth: { limits: { failuresPerAddress: { max: 1, block: '1h' } } } },
  })
  await using control = await controlled(server)
  assert.deepEqual(await control.run('bans', 'list'), { code: 0, out: 'No address is banned.\n', err: '' })
  using guesser = await FtpClient.connect(server.port)
  await guesser.command('USER acme')
  assert.equal((await guesser.command('PASS wrong')).code, 530)
  await assert.rejects(FtpClient.connect(server.port))
  const [ban, ...more] = JSON.parse((await control.run('bans', 'list', '--json')).out)
  assert.deepEqual(more, [])
  assert.equal(ban.address, '127.0.0.1')
  const left = Date.parse(ban.until) - Date.now()
  assert.ok(left > 3_000_000 && left <= 3_600_000)
  assert.match((await control.run('bans', 'list')).out, /^ADDRESS +UNTIL\n127\.0\.0\.1 +\S+Z\n$/)
  assert.deepEqual(await control.run('bans', 'lift', '127.0.0.1'), {
    code: 0,
    out: '127.0.0.1 may connect again.\n',
    err: '',
  })
  await recorded(server, { event: 'address.unbanned', address: '127.0.0.1' })
  using _back = await FtpClient.login(server.port)
  const again = await control.run('bans', 'lift', '127.0.0.1')
  assert.deepEqual([again.code, again.err], [1, 'portcullis: 127.0.0.1 is not banned\n'])
  const wrong = await control.run('bans', 'lift', 'acme')
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /expected an address such as 203\.0\.113\.7 .*found "acme"/)
})

test('bans that cannot be looked up name the store', async () => {
  await using server = await testServer({ config: { auth: { store: 'redis://127.0.0.1:1' } } })
  await using control = await controlled(server)
  for (const command of [['list'], ['lift', '203.0.113.7']]) {
    const { code, err } = await control.run('bans', ...command)
    assert.deepEqual([code, /auth\.store/.test(err)], [1, true], err)
  }
})

test('reload tells what came of it', async () => {
  await using server = await testServer()
  let outcome: () => Promise<{ users: number; needsRestart: string[] }>
  await using control = await controlled(server, () => outcome())
  outcome = async () => ({ users: 2, needsRestart: [] })
  assert.deepEqual(await control.run('reload'), { code: 0, out: 'Reloaded: 2 users.\n', err: '' })
  outcome = async () => ({ users: 1, needsRestart: ['log', 'audit'] })
  assert.deepEqual(await control.run('reload'), {
    code: 0,
    out: 'Reloaded: 1 user.\n',
    err: 'These keys were changed and need a restart: log, audit\n',
  })
  assert.equal((await control.run('reload', '--json')).out, '{"users":1,"needsRestart":["log","audit"]}\n')
  outcome = async () => {
    throw new UsageError('portcullis.yaml:1:1  a mistake')
  }
  assert.deepEqual(await control.run('reload'), {
    code: 2,
    out: '',
    err: 'portcullis.yaml:1:1  a mistake\nportcullis: not reloaded; the old configuration stays in force\n',
  })
})

test('a health check shows that the port accepts, and leaves no record', async () => {
  await using server = await testServer({
    config: { server: { maxSessions: 1, maxSessionsPerAddress: 1, listen: { host: '127.0.0.1', port: 0 } } },
  })
  await using control = await controlled(server)
  // All places taken: a client would be refused, and the server is well.
  using _only = await FtpClient.login(server.port)
  const before = (await server.audit()).length
  for (let round = 0; round < 3; round += 1)
    assert.deepEqual(await control.run('healthcheck'), { code: 0, out: '', err: '' })
  assert.equal((await server.audit()).length, before)
})

test('a health check of a server that drains is not well', async () => {
  await using server = await testServer()
  await using control = await controlled(server)
  using client = await FtpClient.login(server.port)
  const upload = await beginUpload(server, client, 'f')
  const stopped = server.portcullis.stop('test')
  const { code, err } = await control.run('healthcheck')
  assert.deepEqual([code, err], [1, 'portcullis: unhealthy: the server is stopping\n'])
  upload.end()
  await stopped
})

test('where no server runs, the commands say what to do', async () => {
  await using dir = await tempDir()
  await writeConfig(dir.path, TLS + USERS)
  for (const args of [['sessions'], ['bans', 'list'], ['reload']]) {
    const { code, err } = await runCli(args, { cwd: dir.path })
    assert.equal(code, 1)
    assert.match(
      err,
      /^portcullis: no server answers at the control socket \S+\/logs\/control\.sock \(ENOENT\)\. Start one with: portcullis serve\. If one runs, .*--socket\n$/,
    )
  }
  await writeConfig(dir.path, `server: { controlSocket: null }\n${TLS}${USERS}`)
  const { code, err } = await runCli(['sessions'], { cwd: dir.path })
  assert.equal(code, 2)
  assert.match(err, /server\.controlSocket is null/)
})

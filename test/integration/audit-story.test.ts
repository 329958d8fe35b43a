import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { verifyAuditLog } from '../../src/audit/verify.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD, passwordHash, testServer } from '../helpers/server.js'

const SHA256_OF_HELLO = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'

/** What each command of the session leaves in the log, without what differs from run to run. */
const STORY: readonly Readonly<Record<string, unknown>>[] = [
  { event: 'connection.accepted', outcome: 'success' },
  {
    event: 'tls.established',
    outcome: 'success',
    version: 'TLSv1.3',
    cipher: 'TLS_AES_128_GCM_SHA256',
    group: 'X25519',
  },
  { event: 'login.failed', outcome: 'denied', reason: 'wrong_password', attemptedUser: 'acme' },
  { event: 'command.rejected', outcome: 'failure', reason: 'not_logged_in', command: 'PWD' },
  { event: 'login.succeeded', outcome: 'success', user: 'acme', factor: 'password' },
  { event: 'dir.created', outcome: 'success', user: 'acme', path: '/d' },
  { event: 'data.opened', outcome: 'success', user: 'acme', resumed: true, version: 'TLSv1.3' },
  {
    ...{
      event: 'file.uploaded',
      outcome: 'success',
      user: 'acme',
      path: '/d/f',
      bytes: 5,
      size: 5,
      resumedFrom: 0,
    },
    ...{ sha256: SHA256_OF_HELLO, close: 'clean' },
  },
  { event: 'data.opened', outcome: 'success', user: 'acme', resumed: true, version: 'TLSv1.3' },
  { event: 'dir.listed', outcome: 'success', user: 'acme', path: '/d', entries: 1 },
  { event: 'data.opened', outcome: 'success', user: 'acme', resumed: true, version: 'TLSv1.3' },
  { event: 'file.downloaded', outcome: 'success', user: 'acme', path: '/d/f', bytes: 4, resumedFrom: 1 },
  {
    event: 'file.time_set',
    outcome: 'success',
    user: 'acme',
    path: '/d/f',
    modified: '2020-01-02T03:04:05.000Z',
  },
  { event: 'file.renamed', outcome: 'success', user: 'acme', path: '/d/f', to: '/d/g' },
  {
    event: 'access.denied',
    outcome: 'denied',
    reason: 'denied',
    user: 'acme',
    command: 'SITE CHMOD',
    path: '/d/g',
    right: 'chmod',
  },
  { event: 'command.rejected', outcome: 'failure', reason: 'unknown_command', user: 'acme', command: 'FOO' },
  { event: 'file.download_failed', outcome: 'failure', reason: 'not_found', user: 'acme', path: '/absent' },
  { event: 'file.deleted', outcome: 'success', user: 'acme', path: '/d/g' },
  { event: 'dir.removed', outcome: 'success', user: 'acme', path: '/d' },
  {
    event: 'session.ended',
    outcome: 'success',
    reason: 'quit',
    user: 'acme',
    bytesIn: 5,
    bytesOut: 4,
    files: 2,
  },
]

test('the story of a session, from its connection to its end', async () => {
  await using server = await testServer()
  using client = await FtpClient.connect(server.port, { ecdhCurve: 'X25519' })
  const steps: [line: string, code: number][] = [
    ['USER acme', 331],
    ['PASS hunter2-was-wrong', 530],
    ['PWD', 530],
    ['USER acme', 331],
    [`PASS ${PASSWORD}`, 230],
    ['MKD d', 257],
  ]
  const converse = async (list: typeof steps) => {
    for (const [line, code] of list) assert.equal((await client.command(line)).code, code, line)
  }
  await converse(steps)
  assert.equal((await client.upload('STOR d/f', 'hello')).code, 226)
  assert.equal((await client.download('LIST d')).reply.code, 226)
  await converse([['REST 1', 350]])
  assert.equal((await client.download('RETR d/f')).bytes.toString(), 'ello')
  const port = client.socket.localPort
  await converse([
    ['MFMT 20200102030405 d/f', 213],
    ['RNFR d/f', 350],
    ['RNTO d/g', 250],
    ['SITE CHMOD 777 d/g', 550],
    ['FOO bar', 500],
    ['RETR absent', 550],
    ['DELE d/g', 250],
    ['RMD d', 250],
    ['QUIT', 221],
  ])
  await recorded(server, { event: 'session.ended' })

  const records = (await server.audit()).filter(({ event }) => !/^(server|config)\./.test(String(event)))
  const [{ session } = {}] = records
  assert.match(String(session), /^[0-9a-f]{16}$/)
  const varying = ['v', 'time', 'seq', 'prev', 'session', 'client', 'seconds', 'bytesPerSecond']
  const told = records.map(record =>
    Object.fromEntries(Object.entries(record).filter(([name]) => !varying.includes(name))),
  )
  assert.deepEqual(told, STORY)
  for (const record of records) {
    assert.deepEqual([record.v, record.session, record.client], [1, session, { address: '127.0.0.1', port }])
    assert.match(String(record.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.match(String(record.prev), /^[0-9a-f]{64}$/)
  }
  const moved = records.filter(({ event }) => /^file\.(up|down)loaded$/.test(String(event)))
  for (const { seconds, bytesPerSecond } of moved)
    assert.deepEqual([typeof seconds, typeof bytesPerSecond], ['number', 'number'])

  await server.portcullis.stop('SIGTERM')
  const { problems, records: count, cleanStop } = await verifyAuditLog(server.auditFile)
  assert.deepEqual([problems, count, cleanStop], [[], (await server.audit()).length, true])
})

test('no password gets into any log, however it is typed', async () => {
  await using server = await testServer({ config: { log: { level: 'debug' } } })
  const secret = 'tr0ub4dor-and-three'
  using client = await FtpClient.connect(server.port)
  for (const line of [
    'USER acme',
    `PASS ${secret}`,
    `PASS ${secret}`,
    `pass ${secret}`,
    `PASS  ${secret}`,
    'USER acme',
    `PASS ${secret}\0`,
    `PASS ${secret}\x01`,
    `ACCT ${secret}`,
    `NOOP ${secret}`,
  ])
    await client.command(line)
  client.send(Buffer.from(`PASS ${secret}\xc3(\r\n`, 'latin1'))
  assert.equal((await client.reply()).code, 501)
  assert.equal((await client.command('USER acme')).code, 331)
  assert.equal((await client.command(`PASS ${PASSWORD}`)).code, 230)
  client.send(`PASS ${secret.repeat(1000)}\r\n`)
  assert.equal((await client.reply()).code, 500)
  assert.equal((await client.command('QUIT')).code, 221)
  await recorded(server, { event: 'session.ended' })
  const logs = `${await readFile(server.auditFile, 'utf8')}${server.logged.join('\n')}`
  for (const text of [secret, PASSWORD, await passwordHash(), 'argon2']) assert.ok(!logs.includes(text), text)
})

test('a name cannot forge a line, nor move a terminal’s cursor', async () => {
  await using server = await testServer()
  using client = await FtpClient.login(server.port)
  const names = [
    '","event":"server.stopped","outcome":"success","x":"',
    'esc\x1b[2J\x1b[1;1Hfake',
    'line\u2028separator\u2029paragraph\u0085next',
    'vt\x0bff\x0cbell\x07backspace\x08del\x7f',
    'right\u202eto-left\u2066isolate',
    'c1\u009b31mcsi',
    'end\\',
  ]
  for (const name of names) {
    assert.equal((await client.upload(`STOR ${name}`, 'x')).code, 226, JSON.stringify(name))
    assert.equal((await client.command(`DELE ${name}`)).code, 250, JSON.stringify(name))
    assert.equal((await client.command(`DELE ${name}`)).code, 550, JSON.stringify(name))
  }
  // Whoever is not logged in can write a name into the log too.
  using stranger = await FtpClient.connect(server.port)
  assert.equal((await stranger.command(`USER ${names[1]}`)).code, 331)
  assert.equal((await stranger.command('PASS x')).code, 530)

  const text = await readFile(server.auditFile, 'utf8')
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  const records = await server.audit()
  assert.equal(text.split('\n').length, records.length + 1)
  const deleted = records.filter(({ event }) => event === 'file.deleted')
  assert.deepEqual(
    deleted.map(({ path }) => path),
    names.map(name => `/${name}`),
  )
  assert.deepEqual(
    records.filter(({ event }) => event === 'server.stopped'),
    [],
  )
  assert.deepEqual((await verifyAuditLog(server.auditFile)).problems, [])
})

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { attempt, failures, REFUSED } from '../helpers/attempt.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { codeNow, TOTP_SECRET, wrongCode } from '../helpers/one-time-code.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD, type TestServerOptions, testServer } from '../helpers/server.js'

const USERS = [{ totp: TOTP_SECRET }, { name: 'plain' }]
const OK = '230 Logged in.'
const NEED_CODE = '332 One-time code required: send it with ACCT.'
const ELSEWHERE = { localAddress: '127.0.0.2' }

const start = (config: TestServerOptions['config'] = {}) => testServer({ users: USERS, config })
const limited = (limits: Record<string, unknown>) => start({ auth: { limits } })

/** USER, PASS and ACCT; the line of the final reply. */
async function account(client: FtpClient, code: string): Promise<string> {
  assert.equal(await attempt(client, 'acme', PASSWORD), NEED_CODE)
  return (await client.command(`ACCT ${code}`)).lines.join()
}

describe('a user with one-time codes logs in', () => {
  test('with the code behind the password', async () => {
    await using server = await start()
    using client = await FtpClient.connect(server.port)
    assert.equal(await attempt(client, 'acme', PASSWORD + codeNow()), OK)
    assert.equal((await client.upload('STOR file', 'content')).code, 226)
    await recorded(server, { event: 'login.succeeded', user: 'acme', factor: 'password+totp' })
  })

  test('with the code by ACCT, and is nobody before it', async () => {
    await using server = await start()
    using client = await FtpClient.connect(server.port)
    assert.equal(await attempt(client, 'acme', PASSWORD), NEED_CODE)
    for (const line of ['PWD', 'LIST', 'EPSV', 'STOR x'])
      assert.equal((await client.command(line)).code, 530, line)
    for (const line of [`PASS ${PASSWORD}`, 'HOST localhost'])
      assert.equal((await client.command(line)).code, 503, line)
    assert.equal((await client.command(`ACCT ${codeNow()}`)).lines.join(), OK)
    assert.equal((await client.command('PWD')).code, 257)
    await recorded(server, { event: 'login.succeeded', user: 'acme', factor: 'password+totp' })
    assert.deepEqual(await failures(server), [])
  })

  test('ten times at once with one code', async () => {
    await using server = await start()
    const code = codeNow()
    const clients = await Promise.all(Array.from({ length: 10 }, () => FtpClient.connect(server.port)))
    const replies = clients.map((client, index) =>
      index % 2 === 0 ? attempt(client, 'acme', PASSWORD + code) : account(client, code),
    )
    assert.deepEqual(await Promise.all(replies), Array(10).fill(OK))
    for (const client of clients) client[Symbol.dispose]()
  })
})

test('ACCT is out of order before PASS, and not needed after a login', async () => {
  await using server = await start()
  using client = await FtpClient.connect(server.port)
  assert.equal((await client.command('ACCT 123456')).code, 503)
  assert.equal((await client.command('USER plain')).code, 331)
  assert.equal((await client.command('ACCT 123456')).code, 503)
  assert.equal((await client.command(`PASS ${PASSWORD}`)).code, 230)
  assert.equal((await client.command('ACCT 123456')).code, 202)
  assert.equal((await client.command('ACCT')).code, 202)
  assert.equal((await client.command('PWD')).code, 257)
})

test('a refusal reads the same whatever was wrong, which only the audit log has', async () => {
  await using server = await limited({
    failuresPerUserAndAddress: { max: 100 },
    failuresPerAddress: { max: 100 },
  })
  const used = codeNow()
  using first = await FtpClient.connect(server.port)
  assert.equal(await attempt(first, 'acme', PASSWORD + used), OK)
  using other = await FtpClient.connect(server.port, ELSEWHERE)
  const refused: readonly (readonly [
    client: FtpClient,
    how: 'PASS' | 'ACCT',
    text: string,
    reason: string,
  ])[] = [
    [first, 'PASS', 'wrong', 'wrong_password'],
    [first, 'PASS', `wrong${used}`, 'wrong_password'],
    [first, 'PASS', PASSWORD + wrongCode(), 'wrong_code'],
    [first, 'ACCT', wrongCode(), 'wrong_code'],
    [first, 'ACCT', '１２３４５６', 'wrong_code'],
    [first, 'ACCT', '', 'code_missing'],
    [other, 'PASS', PASSWORD + used, 'replayed_code'],
    [other, 'ACCT', used, 'replayed_code'],
  ]
  for (const [client, how, text] of refused) {
    const reply = how === 'PASS' ? attempt(client, 'acme', text) : account(client, text)
    assert.equal(await reply, REFUSED, text)
    // One try: everything begins anew with USER.
    for (const line of [`ACCT ${used}`, `PASS ${PASSWORD}`])
      assert.equal((await client.command(line)).code, 503)
    assert.equal((await client.command('PWD')).code, 530)
  }
  assert.deepEqual(
    await failures(server),
    refused.map(([, , , reason]) => reason),
  )
  for (const record of await server.audit())
    if (record.event === 'login.failed') assert.equal(record.attemptedUser, 'acme')
})

describe('a login that stops before its code', () => {
  const ends: readonly (readonly [name: string, end: (client: FtpClient) => unknown])[] = [
    ['USER again', client => client.command('USER plain')],
    ['QUIT', client => client.command('QUIT')],
    ['the end of the connection', client => client.socket.destroy()],
    ['the time for a login', client => client.ended()],
  ]
  for (const [name, end] of ends)
    test(`is a failed one: ${name}`, async () => {
      const timeouts = { login: name.startsWith('the time') ? '300ms' : '30s' }
      await using server = await start({ server: { listen: { host: '127.0.0.1', port: 0 }, timeouts } })
      using client = await FtpClient.connect(server.port)
      assert.equal(await attempt(client, 'acme', PASSWORD), NEED_CODE)
      await end(client)
      await recorded(server, { event: 'login.failed', reason: 'code_missing', attemptedUser: 'acme' })
    })

  test('makes the pair of user and address wait like any other failure', async () => {
    await using server = await limited({ failuresPerUserAndAddress: { max: 3 } })
    using client = await FtpClient.connect(server.port)
    assert.equal(await account(client, wrongCode()), REFUSED)
    assert.equal(await attempt(client, 'acme', PASSWORD + wrongCode()), REFUSED)
    assert.equal(await attempt(client, 'acme', PASSWORD), NEED_CODE)
    assert.equal(await attempt(client, 'acme', PASSWORD + codeNow()), REFUSED)
    assert.equal(await attempt(client, 'plain', PASSWORD), OK)
    using elsewhere = await FtpClient.connect(server.port, ELSEWHERE)
    assert.equal(await attempt(elsewhere, 'acme', PASSWORD + codeNow()), OK)
    const expected = ['wrong_code', 'wrong_code', 'code_missing', 'too_many_failures']
    assert.deepEqual(await failures(server), expected)
  })
})

test('wrong codes ban an address', async () => {
  await using server = await limited({ failuresPerAddress: { max: 2 } })
  using client = await FtpClient.connect(server.port)
  for (let i = 0; i < 2; i++) assert.equal(await account(client, wrongCode()), REFUSED)
  await recorded(server, { event: 'address.banned', address: '127.0.0.1' })
})

test('a reload keeps used codes used and sessions alive; a new secret has new codes and ends sessions', async () => {
  await using server = await start()
  const used = codeNow()
  using client = await FtpClient.connect(server.port)
  assert.equal(await attempt(client, 'acme', PASSWORD + used), OK)
  await server.reload({ users: USERS })
  using other = await FtpClient.connect(server.port, ELSEWHERE)
  assert.equal(await attempt(other, 'acme', PASSWORD + used), REFUSED)

  const secret = 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU'
  using between = await FtpClient.connect(server.port)
  assert.equal(await attempt(between, 'acme', PASSWORD), NEED_CODE)
  assert.equal((await client.command('PWD')).code, 257)
  await server.reload({ users: [{ totp: secret }] })
  assert.equal((await client.reply()).code, 421)
  assert.equal((await between.command(`ACCT ${codeNow()}`)).lines.join(), REFUSED)
  assert.equal(await attempt(other, 'acme', PASSWORD + codeNow()), REFUSED)
  assert.equal(await attempt(other, 'acme', PASSWORD + codeNow(secret)), OK)
  assert.deepEqual(await failures(server), ['replayed_code', 'wrong_code', 'wrong_code'])
})

test('neither codes nor their secret are in any log', async () => {
  await using server = await start()
  const [right, wrong] = [codeNow(), wrongCode()]
  using client = await FtpClient.connect(server.port)
  assert.equal(await account(client, wrong), REFUSED)
  assert.equal(await account(client, right), OK)
  assert.equal((await client.command(`ACCT ${right}`)).code, 202)
  await server.portcullis.stop('test')
  const logs = (await readFile(server.auditFile, 'utf8')) + server.logged.join('\n')
  for (const secret of [TOTP_SECRET, PASSWORD]) assert.ok(!logs.includes(secret))
  // Digits by themselves: a hash may hold any six by chance.
  for (const code of [right, wrong]) assert.doesNotMatch(logs, new RegExp(`(?<![0-9a-f])${code}(?![0-9a-f])`))
})

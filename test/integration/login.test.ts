import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { attempt, failures, REFUSED } from '../helpers/attempt.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD, testServer } from '../helpers/server.js'

describe('a refusal', () => {
  const users = [
    {},
    { name: 'off', disabled: true },
    { name: 'late', expires: '2020-12-31' },
    { name: 'elsewhere', allowFrom: ['203.0.113.0/24', '2001:db8::/32'] },
  ]
  const refused: [what: string, user: string, password: string, reason: string][] = [
    ['a wrong password', 'acme', 'wrong', 'wrong_password'],
    ['a password that is almost right', 'acme', `${PASSWORD} `, 'wrong_password'],
    ['an unknown user', 'nobody', PASSWORD, 'unknown_user'],
    ['a user of another case', 'ACME', PASSWORD, 'unknown_user'],
    ['a name with a path in it', '../acme', PASSWORD, 'unknown_user'],
    ['anonymous', 'anonymous', 'someone@example.org', 'unknown_user'],
    ['a disabled user', 'off', PASSWORD, 'user_disabled'],
    ['an expired user', 'late', PASSWORD, 'user_expired'],
    ['a wrong network', 'elsewhere', PASSWORD, 'address_not_allowed'],
    ['an empty password', 'acme', '', 'malformed_credentials'],
    ['a control character in the password', 'acme', `${PASSWORD}\x01`, 'malformed_credentials'],
    ['a control character in the name', 'ac\x1b[2Jme', PASSWORD, 'malformed_credentials'],
    ['a name of C1 controls', 'acme\u0085', PASSWORD, 'malformed_credentials'],
  ]

  test('reads the same whatever the reason, which only the audit log has', async () => {
    const limits = { failuresPerUserAndAddress: { max: 100 }, failuresPerAddress: { max: 100 } }
    const connectionsPerAddress = { max: 1000 }
    await using server = await testServer({
      users,
      config: { auth: { limits: { ...limits, connectionsPerAddress } } },
    })
    for (const [what, user, password] of refused) {
      using client = await FtpClient.connect(server.port)
      assert.equal(await attempt(client, user, password), REFUSED, what)
      assert.equal((await client.command('PWD')).code, 530, what)
      assert.equal(await attempt(client, 'acme', PASSWORD), '230 Logged in.', what)
    }
    assert.deepEqual(
      await failures(server),
      refused.map(([, , , reason]) => reason),
    )
  })

  test('of NUL comes before any login: the line itself is refused', async () => {
    await using server = await testServer()
    using client = await FtpClient.connect(server.port)
    assert.equal((await client.command('USER acme\0root')).code, 501)
    assert.equal((await client.command('USER acme')).code, 331)
    assert.equal((await client.command(`PASS ${PASSWORD}\0`)).code, 501)
    assert.equal((await client.command(`PASS ${PASSWORD}`)).code, 230)
  })
})

describe('the order of USER and PASS', () => {
  test('PASS before USER, and a second PASS, are 503', async () => {
    await using server = await testServer()
    using client = await FtpClient.connect(server.port)
    assert.equal((await client.command(`PASS ${PASSWORD}`)).code, 503)
    assert.equal(await attempt(client, 'acme', 'wrong'), REFUSED)
    assert.equal((await client.command(`PASS ${PASSWORD}`)).code, 503)
    assert.equal(await attempt(client, 'acme', PASSWORD), '230 Logged in.')
    assert.equal((await client.command(`PASS ${PASSWORD}`)).code, 503)
    assert.equal((await client.command('PWD')).code, 257)
  })

  test('USER again begins anew, logged in or not', async () => {
    await using server = await testServer({ users: [{}, { name: 'other' }] })
    using client = await FtpClient.connect(server.port)
    assert.equal((await client.command('USER nobody')).code, 331)
    assert.equal(await attempt(client, 'acme', PASSWORD), '230 Logged in.')
    assert.equal((await client.command('MKD d')).code, 257)
    assert.equal((await client.command('CWD d')).code, 250)
    assert.equal((await client.command('RNFR /d')).code, 350)
    assert.equal((await client.command('USER other')).code, 331)
    for (const line of ['PWD', 'LIST', 'RNTO e', 'EPSV', 'SITE WHO'])
      assert.equal((await client.command(line)).code, 530, line)
    assert.equal((await client.command(`PASS ${PASSWORD}`)).code, 230)
    assert.match((await client.command('PWD')).text, /^"\/" /)
    assert.equal((await client.command('CWD d')).code, 550)
    assert.equal((await client.command('RNTO e')).code, 503)
    assert.match((await client.command('STAT')).lines.join(), /Logged in as other/)
  })

  test('a failed login after USER again is nobody’s', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    assert.equal(await attempt(client, 'nobody', 'wrong'), REFUSED)
    const { user, attemptedUser } = await recorded(server, { event: 'login.failed' })
    assert.deepEqual([user, attemptedUser], [undefined, 'nobody'])
    using other = await FtpClient.login(server.port)
    assert.equal((await other.command('SITE WHO')).lines.length, 3)
  })

  test('USER again gets the whole time of a login', async () => {
    const config = { server: { listen: { host: '127.0.0.1', port: 0 }, timeouts: { login: '300ms' } } }
    await using server = await testServer({ config })
    using client = await FtpClient.login(server.port)
    using late = await FtpClient.connect(server.port)
    assert.match(await late.ended(), /^421 /)
    assert.equal(await attempt(client, 'acme', PASSWORD), '230 Logged in.')
    assert.equal((await client.command('USER acme')).code, 331)
    assert.match(await client.ended(), /^421 /)
  })
})

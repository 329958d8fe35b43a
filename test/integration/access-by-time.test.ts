import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FakeClock } from '../helpers/fake-clock.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { beginUpload } from '../helpers/running-transfer.js'
import { PASSWORD, testServer } from '../helpers/server.js'
import { stored } from '../helpers/stored.js'

/** A clock that shows this moment. */
const at = (time: string): FakeClock => {
  const clock = new FakeClock()
  clock.advance(Date.parse(time))
  return clock
}

const loginCode = async (client: FtpClient): Promise<number> => {
  assert.equal((await client.command('USER acme')).code, 331)
  return (await client.command(`PASS ${PASSWORD}`)).code
}

const HOURS = {
  hours: { timeZone: 'Europe/Berlin', allow: [{ days: 'mon-fri', from: '06:00', to: '20:00' }] },
}

test('a session ends with its user’s hours, to the millisecond, and with it the transfer', async () => {
  const clock = at('2026-07-03T17:00:00Z')
  await using server = await testServer({ users: [HOURS, { name: 'other' }], clock })
  using free = await FtpClient.login(server.port, { user: 'other' })
  using client = await FtpClient.login(server.port)
  using busy = await FtpClient.login(server.port)
  const upload = await beginUpload(server, busy, 'f')
  clock.advance(3_600_000 - 1)
  assert.equal((await client.command('NOOP')).code, 200)
  clock.advance(1)
  assert.match(await client.ended(), /^421 [^\r\n]*\r\n$/)
  assert.equal((await busy.reply()).code, 426)
  upload.destroy()
  await recorded(server, { event: 'session.ended', reason: 'outside_hours', user: 'acme' })
  assert.deepEqual(await stored(server.home), [])
  assert.equal((await free.command('NOOP')).code, 200)

  using late = await FtpClient.connect(server.port)
  assert.equal(await loginCode(late), 530)
  await recorded(server, { event: 'login.failed', reason: 'outside_hours' })
  // Monday, six o'clock in summer.
  clock.advance(Date.parse('2026-07-06T04:00:00Z') - clock.now())
  assert.equal(await loginCode(late), 230)
})

test('a session ends with its user’s last day, and a user does not begin before the first', async () => {
  const clock = at('2026-06-30T23:59:59.999Z')
  const user = { validFrom: '2026-07-01', expires: '2026-07-01' }
  await using server = await testServer({ users: [user], clock })
  using client = await FtpClient.connect(server.port)
  assert.equal(await loginCode(client), 530)
  await recorded(server, { event: 'login.failed', reason: 'user_not_yet_valid' })
  clock.advance(1)
  assert.equal(await loginCode(client), 230)
  clock.advance(86_400_000 - 1)
  assert.equal((await client.command('NOOP')).code, 200)
  clock.advance(1)
  assert.match(await client.ended(), /^421 /)
  await recorded(server, { event: 'session.ended', reason: 'user_expired', user: 'acme' })
})

test('hours that a reload makes longer hold for the sessions there are', async () => {
  const clock = at('2026-07-03T17:00:00Z')
  await using server = await testServer({ users: [HOURS], clock })
  using client = await FtpClient.login(server.port)
  const until = (to: string) => ({
    hours: { timeZone: 'Europe/Berlin', allow: [{ days: 'mon-fri', from: '06:00', to }] },
  })
  await server.reload({ users: [until('21:00')] })
  clock.advance(2 * 3_600_000 - 1)
  assert.equal((await client.command('NOOP')).code, 200)
  clock.advance(1)
  assert.match(await client.ended(), /^421 /)
})

test('a reload that takes rights away ends sessions after what they do, and others not', async () => {
  await using server = await testServer({ users: [{}, { name: 'other' }] })
  using other = await FtpClient.login(server.port, { user: 'other' })
  using idle = await FtpClient.login(server.port)
  using busy = await FtpClient.login(server.port)
  const upload = await beginUpload(server, busy, 'f')
  await server.reload({
    users: [{ grants: { '/': 'read-only' } }, { name: 'other', compat: { ascii: 'verbatim' } }],
  })
  assert.match(await idle.ended(), /^421 /)
  await recorded(server, { event: 'session.ended', reason: 'rights_reduced', user: 'acme' })
  upload.end(', the rest')
  assert.equal((await busy.reply()).code, 226)
  assert.match(await busy.ended(), /^421 /)
  assert.equal(await readFile(join(server.home, 'f'), 'utf8'), 'some bytes, the rest')
  assert.equal((await other.command('NOOP')).code, 200)
})

test('logins at the same time do not get more sessions than the user may have', async () => {
  await using server = await testServer({ users: [{ limits: { sessions: 3 } }] })
  const clients = await Promise.all(Array.from({ length: 12 }, () => FtpClient.connect(server.port)))
  try {
    const codes = await Promise.all(clients.map(loginCode))
    assert.equal(codes.filter(code => code === 230).length, 3)
    assert.equal(codes.filter(code => code === 530).length, 9)
    // USER logs out; its place is free for another, once.
    const [inside, ...more] = clients.filter((_, index) => codes[index] === 230)
    const outside = clients.filter((_, index) => codes[index] === 530)
    assert.equal(more.length, 2)
    assert.equal((await inside?.command('USER acme'))?.code, 331)
    const again = await Promise.all(outside.map(loginCode))
    assert.equal(again.filter(code => code === 230).length, 1)
  } finally {
    for (const client of clients) client[Symbol.dispose]()
  }
})

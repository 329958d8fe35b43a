import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { attempt, failures, REFUSED } from '../helpers/attempt.js'
import { testWith } from '../helpers/client-program.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { codeNow, TOTP_SECRET } from '../helpers/one-time-code.js'
import { RedisServer } from '../helpers/redis.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

const OK = '230 Logged in.'

const start = (auth: Record<string, unknown>) =>
  testServer({ users: [{ totp: TOTP_SECRET }], config: { auth } })

async function logIn(server: TestServer, code: string, localAddress: string): Promise<string> {
  using client = await FtpClient.connect(server.port, { localAddress })
  return await attempt(client, 'acme', PASSWORD + code)
}

/** The code of somebody else is dead there; whose it is may go on with it. */
async function isUsed(server: TestServer, code: string): Promise<void> {
  assert.equal(await logIn(server, code, '127.0.0.2'), REFUSED)
  assert.deepEqual(await failures(server), ['replayed_code'])
  assert.equal(await logIn(server, code, '127.0.0.1'), OK)
}

test('a used code stays used over a restart', async () => {
  await using dir = await tempDir()
  const auth = { state: join(dir.path, 'limits.json') }
  const code = codeNow()
  {
    await using server = await start(auth)
    assert.equal(await logIn(server, code, '127.0.0.1'), OK)
  }
  await using again = await start(auth)
  await isUsed(again, code)
})

testWith('redis-server')('a code used at one server is used at the others', async () => {
  await using redis = await RedisServer.start()
  await using one = await start({ store: redis.url })
  await using two = await start({ store: redis.url })
  const code = codeNow()
  assert.equal(await logIn(one, code, '127.0.0.1'), OK)
  await isUsed(two, code)
})

import assert from 'node:assert/strict'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { verifyAuditLog } from '../../src/audit/verify.js'
import { dataConnections } from '../helpers/client-story.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { type TestServerOptions, testServer } from '../helpers/server.js'

// The whole suite also runs with workers: PORTCULLIS_TEST_WORKERS=2 npm test. What only they can get wrong is here; for quota and
// bandwidth, beside the same without them.

const KIB = 1024
const LISTEN = { host: '127.0.0.1', port: 0 }

const withWorkers = (options: TestServerOptions = {}) =>
  testServer({ ...options, config: { server: { listen: LISTEN, workers: 2 } } })

test('transfers of every kind go through workers, every one resumed, one chain of records', async () => {
  await using server = await withWorkers()
  const clients = await Promise.all([1, 2, 3, 4].map(() => FtpClient.login(server.port)))
  await Promise.all(
    clients.map(async (client, index) => {
      for (const size of [0, 1, 5000, 300 * KIB, 3000 * KIB]) {
        const [name, bytes] = [`${index}-${size}`, Buffer.alloc(size, `${index}`)]
        assert.equal((await client.upload(`STOR ${name}`, bytes)).code, 226)
        assert.ok((await client.download(`RETR ${name}`)).bytes.equals(bytes))
        await client.command(`REST ${size >> 1}`)
        assert.ok((await client.download(`RETR ${name}`)).bytes.equals(bytes.subarray(size >> 1)))
      }
      await client.command('TYPE A')
      assert.equal((await client.upload(`STOR ${index}.txt`, 'one\r\ntwo\r\n')).code, 226)
      assert.equal((await client.download(`RETR ${index}.txt`)).bytes.toString(), 'one\r\ntwo\r\n')
      assert.equal((await client.download(`NLST`)).reply.code, 226)
    }),
  )
  assert.equal(await readFile(join(server.home, '0.txt'), 'utf8'), 'one\ntwo\n')
  assert.deepEqual(await dataConnections(server), [{ version: 'TLSv1.3', resumed: true }])
  for (const client of clients) client[Symbol.dispose]()
  await server.portcullis.stop('test')
  assert.deepEqual((await verifyAuditLog(server.auditFile)).problems, [])
})

test('an abort, a cut and the end of the session reach the worker', async () => {
  await using server = await withWorkers({ ports: 2 })
  await writeFile(join(server.home, 'large'), '')
  await truncate(join(server.home, 'large'), 64 * KIB * KIB)
  using client = await FtpClient.login(server.port)
  for (const end of ['abort', 'cut', 'unused'] as const) {
    const socket = await client.data(await client.passive())
    if (end === 'unused') continue
    assert.equal((await client.command('RETR large')).code, 150)
    await new Promise(resolve => socket.once('readable', resolve))
    if (end === 'cut') socket.destroy()
    else client.send('ABOR\r\n')
    assert.equal((await client.reply()).code, 426)
    if (end === 'abort') assert.equal((await client.reply()).code, 226)
  }
  using other = await FtpClient.login(server.port)
  assert.equal((await other.download('NLST')).bytes.toString(), 'large\r\n')
  await client.command('QUIT')
})

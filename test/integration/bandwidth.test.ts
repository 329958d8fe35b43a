import assert from 'node:assert/strict'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'

const KiB = 1024
const MiB = 1024 * KiB
/** A quarter of a second at 1 MiB/s, and a sixteenth. */
const BURST = 320 * KiB

const limits = (upload: string | null, download: string | null, server: { workers?: number } = {}) => ({
  config: { server },
  users: [{ limits: { upload, download } }],
})

/** Seconds that it takes; the limits are lower bounds, so a slow machine breaks no test. */
async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

describe('bandwidth limits', () => {
  test('hold for all connections of a user together, in each direction', async () => {
    await using server = await testServer(limits('1MiB/s', '1MiB/s'))
    const clients = await Promise.all([1, 2, 3].map(() => FtpClient.login(server.port)))
    const bytes = Buffer.alloc(300 * KiB, 'x')
    const least = (3 * bytes.length - BURST - 64 * KiB) / MiB
    const up = await seconds(() =>
      Promise.all(
        clients.map(async (client, index) =>
          assert.equal((await client.upload(`STOR ${index}`, bytes)).code, 226),
        ),
      ),
    )
    assert.ok(up >= least, `${up}`)
    const down = await seconds(() =>
      Promise.all(
        clients.map(async (client, index) =>
          assert.ok((await client.download(`RETR ${index}`)).bytes.equals(bytes)),
        ),
      ),
    )
    assert.ok(down >= least, `${down}`)
    for (const client of clients) client[Symbol.dispose]()
  })

  for (const workers of [0, 2])
    test(`that a reload changes hold for running transfers, ${workers} workers`, async () => {
      await using server = await testServer(limits(null, '1KiB/s', { workers }))
      using client = await FtpClient.login(server.port)
      await writeFile(join(server.home, 'large'), '')
      await truncate(join(server.home, 'large'), 20 * MiB)
      const socket = await client.data(await client.passive())
      assert.equal((await client.command('RETR large')).code, 150)
      await new Promise(resolve => socket.once('readable', resolve))
      // at this rate the file would take six hours
      await server.reload(limits(null, null, { workers }))
      assert.equal(Buffer.concat(await socket.toArray()).length, 20 * MiB)
      assert.equal((await client.reply()).code, 226)
    })

  test('let ABOR, and the end of the session, end a wait at once', async () => {
    await using server = await testServer(limits('1KiB/s', '1KiB/s'))
    using client = await FtpClient.login(server.port)
    await writeFile(join(server.home, 'large'), Buffer.alloc(10 * MiB))
    const socket = await client.data(await client.passive())
    assert.equal((await client.command('RETR large')).code, 150)
    await new Promise(resolve => socket.once('data', resolve))
    client.send('ABOR\r\n')
    assert.equal((await client.reply()).code, 426)
    assert.equal((await client.reply()).code, 226)
    using second = await FtpClient.login(server.port)
    const upload = await second.data(await second.passive())
    assert.equal((await second.command('STOR new')).code, 150)
    upload.write(Buffer.alloc(10 * MiB))
    second[Symbol.dispose]()
    await new Promise(resolve => upload.once('close', resolve))
  })
})

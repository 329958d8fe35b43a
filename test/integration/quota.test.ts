import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

const KIB = 1024

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder)
  const sizes = await Promise.all(names.map(async name => (await stat(join(folder, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

const leftFor = async (client: FtpClient): Promise<number> => Number((await client.command('AVBL')).text)

for (const workers of [0, 2])
  test(`50 uploads at a time against one quota, ${workers} workers: not one byte over, and the count is what is there`, async () => {
    const quota = 2000 * KIB
    await using server = await testServer({
      users: [{ quota: { size: `${quota}B` } }],
      ports: 60,
      config: { server: { listen: { host: '127.0.0.1', port: 0 }, workers, maxSessionsPerAddress: 100 } },
    })
    const clients = await Promise.all(Array.from({ length: 50 }, () => FtpClient.login(server.port)))
    const replies = await Promise.all(
      clients.map((client, number) => client.upload(`STOR ${number}`, Buffer.alloc(60 * KIB + number))),
    )
    const codes = replies.map(({ code }) => code)
    assert.deepEqual([...new Set(codes)].sort(), [226, 552])
    const there = await bytesIn(server.home)
    assert.ok(there <= quota, `${there} bytes`)
    assert.equal((await readdir(server.home)).length, codes.filter(code => code === 226).length)
    const [client] = clients as [FtpClient]
    assert.equal(await leftFor(client), quota - there)
    const refused = (await server.audit()).filter(({ event }) => event === 'quota.exceeded')
    assert.equal(refused.length, codes.filter(code => code === 552).length)
    assert.equal(refused[0]?.outcome, 'denied')
    assert.equal(refused[0]?.reason, 'quota_exceeded')
    assert.match(String(refused[0]?.path), /^\/\d+$/)
    for (const each of clients) each[Symbol.dispose]()
  })

test('what is left is told, and right over overwrites, deletes, renames and a restart', async () => {
  await using dir = await tempDir()
  const users = [{ home: dir.path, quota: { size: '1000B', files: 2 } }]
  {
    await using server = await testServer({ users })
    using client = await FtpClient.login(server.port)
    assert.equal((await client.command('AVBL /')).text, '1000')
    assert.equal((await client.command('ALLO 1000')).code, 202)
    assert.equal((await client.command('ALLO 1001')).code, 552)
    assert.equal((await client.upload('STOR a', Buffer.alloc(600))).code, 226)
    assert.equal((await client.upload('STOR a', Buffer.alloc(900))).code, 226)
    assert.equal(await leftFor(client), 100)
    assert.equal((await client.upload('STOR b', Buffer.alloc(101))).code, 552)
    assert.equal((await client.upload('STOR b', Buffer.alloc(10))).code, 226)
    assert.equal(await leftFor(client), 0, 'no file more may be stored')
    assert.deepEqual((await client.command('SITE QUOTA')).lines.slice(1, -1), [
      ' Bytes: 910 used of 1000, 90 left',
      ' Files: 2 used of 2, 0 left',
    ])
    assert.equal((await client.command('STOR c')).code, 552)
    await client.command('RNFR b')
    assert.equal((await client.command('RNTO a')).code, 250)
    assert.equal(await leftFor(client), 990)
    assert.equal((await client.upload('STOR c', Buffer.alloc(20))).code, 226)
  }
  await using server = await testServer({ users })
  using client = await FtpClient.login(server.port)
  assert.match((await client.command('SITE QUOTA')).lines[1] ?? '', /30 used/)
  assert.equal((await client.command('DELE c')).code, 250)
  assert.equal(await leftFor(client), 990)
})

test('without a quota there is nothing to tell', async () => {
  await using server = await testServer()
  using client = await FtpClient.login(server.port)
  assert.equal((await client.command('AVBL')).code, 550)
  assert.equal((await client.command('SITE QUOTA')).text, 'There is no quota.')
  assert.equal((await client.command('ALLO 1')).code, 202)
})

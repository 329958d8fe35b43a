import assert from 'node:assert/strict'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { seen } from '../helpers/changes.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { ServerProcess } from '../helpers/server-process.js'
import { tempDir } from '../helpers/temp-dir.js'

const QUOTA = 20_000_000
const ROUNDS = 6

const bytesIn = async (home: string): Promise<number> => {
  const files = await Promise.all((await readdir(home)).map(name => stat(join(home, name))))
  return files.reduce((sum, { size }) => sum + size, 0)
}

/** Sends some of a file (more than waits in memory) that is never whole, and kills the server when bytes of it are on disk. */
async function cutByKill(server: ServerProcess, port: number, name: string): Promise<void> {
  const before = await bytesIn(server.home)
  const written = seen(server.home, async () => (await bytesIn(server.home)) > before || undefined)
  using client = await FtpClient.login(port)
  const socket = await client.data(await client.passive())
  const secured = once(socket, 'secureConnect')
  assert.equal((await client.command(`STOR ${name}`)).code, 150)
  await secured
  socket.resume().write(randomBytes(randomInt(1_200_000, 2_000_000)))
  await written
  await server.kill()
  socket.destroy()
}

test('a server that is killed in the middle of uploads knows afterwards what its quota has left', async () => {
  await using dir = await tempDir()
  await using server = await ServerProcess.in(dir.path, { users: [{ quota: { size: `${QUOTA}B` } }] })
  let port = await server.start()
  for (let round = 0; round < ROUNDS; round++) {
    // By turns a new file and an overwrite of a whole one.
    if (round % 2 === 1) {
      using client = await FtpClient.login(port)
      assert.equal((await client.upload(`STOR ${round}`, randomBytes(50_000))).code, 226)
    }
    await cutByKill(server, port, `${round}`)
    port = await server.start()
    using client = await FtpClient.login(port)
    assert.equal(Number((await client.command('AVBL')).text), QUOTA - (await bytesIn(server.home)))
  }
  using client = await FtpClient.login(port)
  const left = QUOTA - (await bytesIn(server.home))
  assert.equal((await client.upload('STOR more', Buffer.alloc(left + 1))).code, 552)
  assert.equal((await client.upload('STOR rest', Buffer.alloc(left))).code, 226)
  assert.equal((await client.command('AVBL')).text, '0')
  // What the kills left is given back when it is deleted.
  for (let round = 0; round < ROUNDS; round++) await client.command(`DELE ${round}`)
  assert.deepEqual(await readdir(server.home), ['rest'])
  assert.equal(Number((await client.command('AVBL')).text), QUOTA - left)
})

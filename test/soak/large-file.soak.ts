import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

// A file whose size no 32-bit number holds, up and down, with a digest at both ends. It takes as much room once.

const GIB = 1024 ** 3
const size = Number(process.env.GIB ?? 5) * GIB

/** A sparse file with marks all over it, so that no part of it is like another. */
async function sparse(file: string): Promise<void> {
  await using handle = await open(file, 'w')
  await handle.truncate(size)
  for (let at = 0; at < size; at += GIB / 16) await handle.write(`mark at ${at}`, at)
  await handle.write('end', size - 3)
}

async function sha256(chunks: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await work()
  const seconds = (performance.now() - started) / 1000
  console.log(`${what}: ${size} bytes in ${seconds.toFixed(1)} s, ${Math.round(size / seconds / 1e6)} MB/s`)
  return result
}

await using dir = await tempDir()
await using server = await testServer()
const source = join(dir.path, 'source')
await sparse(source)
const digest = await sha256(createReadStream(source))
using client = await FtpClient.login(server.port)
await client.command('TYPE I')

await timed('up', async () => {
  const socket = await client.data(await client.passive())
  assert.equal((await client.command('STOR large')).code, 150)
  if (socket.connecting || socket.secureConnecting) await once(socket, 'secureConnect')
  await pipeline(createReadStream(source, { highWaterMark: 1 << 20 }), socket.resume())
  const { code, text } = await client.reply()
  assert.deepEqual([code, text], [226, `Transfer complete, ${size} bytes stored, SHA-256 ${digest}.`])
})
assert.equal((await stat(join(server.home, 'large'))).size, size)
assert.equal((await client.command('SIZE large')).text, String(size))
assert.equal(await sha256(createReadStream(join(server.home, 'large'))), digest)

await timed('down', async () => {
  const socket = await client.data(await client.passive())
  assert.equal((await client.command('RETR large')).code, 150)
  assert.equal(await sha256(socket), digest)
  assert.equal((await client.reply()).code, 226)
})

// What 32 bits cannot say: an offset beyond them, and a tail from there.
await client.command(`REST ${size - 3}`)
assert.equal((await client.download('RETR large')).bytes.toString(), 'end')
await client.command(`REST ${size}`)
assert.equal((await client.upload('STOR large', '!')).code, 226)
assert.equal((await client.command('SIZE large')).text, String(size + 1))
console.log(
  `largest memory of client and server together: ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
)

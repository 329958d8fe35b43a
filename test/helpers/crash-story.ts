import assert from 'node:assert/strict'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownerPrefix, partialName } from '../../src/files/partial-name.js'
import { FtpClient } from './ftp-client.js'
import { ServerProcess } from './server-process.js'
import { tempDir } from './temp-dir.js'

/** Most bytes of a version: enough for several writes to disk, or few enough to be written in one go. */
export const LARGEST = { large: 6_000_000, small: 128 << 10 } as const
/** An upload and its commit take about as long here. */
const SOON_MS = 60

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const EXPIRED = [partialName(ownerPrefix('acme'), 'expired'), partialName(ownerPrefix('gone'), 'expired')]
const TEMPORARY = '.portcullis-upload-0123456789abcdef'

/** What the kills came upon. */
interface Crashes {
  /** The next version was in place. */
  committed: number
  /** Some of it was there to go on from. */
  resumed: number
  /** Nothing of it. */
  restarted: number
}

/**
 * Kills a server again and again while it takes a file's next version, each time at another moment, and looks at what
 * it left when it is up again.
 */
export async function crash(rounds: number, largest: number): Promise<Crashes> {
  const newVersion = (): Buffer => randomBytes(randomInt(1, largest))
  await using dir = await tempDir()
  await using server = await ServerProcess.in(dir.path)
  const crashes: Crashes = { committed: 0, resumed: 0, restarted: 0 }
  let version = newVersion()
  await writeFile(join(server.home, 'target'), version)
  let port = await server.start()
  for (let round = 0; round < rounds; round++) {
    const next = newVersion()
    const told = await killedUpload(server, port, next, round)
    await litter(server.home)
    port = await server.start()
    assert.deepEqual((await readdir(server.home)).filter(isStray), [], 'left over after the start')

    const stored = await readFile(join(server.home, 'target'))
    const isNew = stored.equals(next)
    assert.ok(isNew || stored.equals(version), `round ${round}: neither the old version nor the new one`)
    assert.ok(isNew || !told, `round ${round}: 226 was sent, and the file is not there`)
    crashes[await finish(port, stored, next)]++
    version = next
    assert.ok((await readFile(join(server.home, 'target'))).equals(version), `round ${round}: not resumed`)
    assert.deepEqual(await readdir(server.home), ['target'])
  }
  return crashes
}

/** Whether 226 came before the server was gone. */
async function killedUpload(
  server: ServerProcess,
  port: number,
  bytes: Buffer,
  round: number,
): Promise<boolean> {
  using client = await FtpClient.login(port)
  const socket = await client.data(await client.passive())
  const secured = once(socket, 'secureConnect')
  assert.equal((await client.command('STOR target')).code, 150)
  await secured
  socket.resume().end(bytes)
  const reply = client.reply().then(
    ({ code }) => code === 226,
    () => false,
  )
  // by turns anywhere in the upload, and about its end
  if (round % 2 === 0) await sleep(randomInt(SOON_MS))
  else {
    await Promise.race([once(socket, 'finish'), once(socket, 'close')])
    await sleep(randomInt(SOON_MS / 6))
  }
  await server.kill()
  socket.destroy()
  return await reply
}

/** What earlier crashes could have left. */
async function litter(home: string): Promise<void> {
  for (const name of EXPIRED) {
    await writeFile(join(home, name), 'too old to be resumed')
    await utimes(join(home, name), new Date(0), new Date(0))
  }
  await writeFile(join(home, TEMPORARY), 'never to be resumed')
}

/** Anything but the file and the one partial there can be. */
const isStray = (name: string): boolean =>
  name !== 'target' && name !== partialName(ownerPrefix('acme'), 'target')

/** Goes on with the next version as a client does that compares sizes; resolves to how far it had come. */
async function finish(port: number, stored: Buffer, next: Buffer): Promise<keyof Crashes> {
  using client = await FtpClient.login(port)
  await client.command('TYPE I')
  assert.equal((await client.download('NLST')).bytes.toString(), 'target\r\n')
  const size = Number((await client.command('SIZE target')).text)
  const retrieved = await client.download('RETR target')
  assert.ok(retrieved.bytes.equals(stored), 'RETR gave something else than what is stored')
  if (stored.equals(next)) {
    assert.equal(size, next.length)
    return 'committed'
  }
  // where nothing is kept the old version is seen, and there is nothing to go on from
  const from = size === stored.length ? 0 : size
  assert.ok(from < next.length)
  if (from > 0) await client.command(`REST ${from}`)
  const { code, text } = await client.upload('STOR target', next.subarray(from))
  assert.equal(code, 226)
  assert.ok(text.includes(`${next.length} bytes stored, SHA-256 ${sha256(next)}`), text)
  return from > 0 ? 'resumed' : 'restarted'
}

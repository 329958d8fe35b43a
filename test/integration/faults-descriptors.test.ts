import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { verifyAuditLog } from '../../src/audit/verify.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { plant } from '../helpers/plant.js'
import { ServerProcess } from '../helpers/server-process.js'
import { stored } from '../helpers/stored.js'
import { tempDir } from '../helpers/temp-dir.js'

/** More than a server has open that was just started. */
const DESCRIPTORS = 64

/** Lets the process open no more files and sockets, as `ulimit -n` would. False where that cannot be done. */
function limitDescriptors(pid: number): boolean {
  try {
    execFileSync('prlimit', ['--pid', String(pid), `--nofile=${DESCRIPTORS}:`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A session, or undefined when the server could not accept the connection. */
const attempt = (port: number): Promise<FtpClient | undefined> =>
  FtpClient.connect(port).catch(() => undefined)

/** Connects until one is not accepted any more. */
async function occupyAll(port: number): Promise<FtpClient[]> {
  const clients: FtpClient[] = []
  for (let client = await attempt(port); client; client = await attempt(port)) {
    clients.push(client)
    assert.ok(clients.length < DESCRIPTORS, 'the limit has no effect')
  }
  return clients
}

/** Ends the sessions; what they occupied is free when a connection is accepted again. */
async function giveBack(port: number, clients: readonly FtpClient[]): Promise<void> {
  for (const client of clients) {
    assert.equal((await client.command('QUIT')).code, 221)
    await client.ended()
    client[Symbol.dispose]()
  }
  for (let tries = 0; tries < 100; tries++) {
    using client = await attempt(port)
    if (client) return
  }
  assert.fail('no connection is accepted any more')
}

/** What a command comes to: a download whose file could be opened is begun before it fails for want of a connection. */
async function outcome(client: FtpClient, line: string): Promise<number> {
  const { code } = await client.command(line)
  return code === 150 ? (await client.reply()).code : code
}

test('out of file descriptors: sessions are told so and live on, and with some free all is as before', async t => {
  await using dir = await tempDir()
  await using server = await ServerProcess.in(dir.path)
  await plant(server.home, { old: 'old', target: 'old', 'd/f': 'f' })
  const port = await server.start()
  using client = await FtpClient.login(port)
  using busy = await FtpClient.login(port)
  const socket = await busy.data(await busy.passive())
  const secured = once(socket, 'secureConnect')
  assert.equal((await busy.command('STOR target')).code, 150)
  await secured
  socket.resume().write('some bytes')
  if (!limitDescriptors(server.pid)) return t.skip('prlimit(1) is missing')

  for (let outage = 0; outage < 3; outage++) {
    const clients = await occupyAll(port)
    assert.ok(clients.length > 0)
    // One that was just given back may be had: what is done is done whole, and nothing is worse than 4xx.
    const codes: number[] = []
    for (const line of [`MKD new${outage}`, 'HASH old', 'RETR d/f', 'EPSV', 'PASV', 'RNFR d/f', 'MLST d/f'])
      codes.push(await outcome(client, line))
    assert.ok(codes.some(code => code >= 400) && codes.every(code => code < 500), codes.join())
    assert.equal((await stored(server.home)).includes(`new${outage}`), codes[0] === 257)
    for (const line of ['NOOP', 'STAT']) assert.ok((await client.command(line)).code < 300, line)
    assert.equal((await busy.command('NOOP')).code, 200)
    if (outage === 1) {
      // Without a descriptor to make the new version durable with, the old one stays.
      socket.end()
      const { code } = await busy.reply()
      assert.ok(code === 451 || code === 226, `${code}`)
      const content = await readFile(join(server.home, 'target'), 'utf8')
      assert.equal(content, code === 226 ? 'some bytes' : 'old')
    }
    await giveBack(port, clients)
    assert.equal((await client.upload('STOR old', 'old')).code, 226)
    assert.equal((await client.download('RETR old')).bytes.toString(), 'old')
    assert.equal((await client.command('HASH old')).code, 213)
    assert.equal((await client.command('MKD d/new')).code, 257)
    assert.equal((await client.command('RMD d/new')).code, 250)
  }

  assert.equal((await busy.upload('STOR target', 'new')).code, 226)
  using late = await FtpClient.login(port)
  assert.equal((await late.download('RETR target')).bytes.toString(), 'new')
  assert.deepEqual((await readdir(server.home)).sort(), await stored(server.home), 'a partial is left')
  const audit = join(dir.path, 'audit.jsonl')
  assert.deepEqual((await verifyAuditLog(audit)).problems, [])
  assert.doesNotMatch(await readFile(audit, 'utf8'), /"reason":"internal"/)
})

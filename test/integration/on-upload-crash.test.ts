import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { testCertificate } from '../helpers/certificate.js'
import { writeConfig } from '../helpers/config-file.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { passivePorts } from '../helpers/ports.js'
import { type Receiver, receiver, SECRET } from '../helpers/receiver.js'
import { passwordHash } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const UPLOADS = 30

/** Writes a configuration whose uploads are told to the receiver; gives its path. */
async function configTelling(folder: string, { url }: Receiver): Promise<string> {
  const { cert, key } = await testCertificate()
  for (const name of ['certs', 'data/acme']) await mkdir(join(folder, name), { recursive: true })
  await writeFile(join(folder, 'certs', 'server.crt'), cert)
  await writeFile(join(folder, 'certs', 'server.key'), key, { mode: 0o600 })
  const config = {
    server: { listen: { host: '127.0.0.1', port: 0 } },
    tls: { certificates: [{ cert: '../certs/server.crt', key: '../certs/server.key' }] },
    passive: { ports: passivePorts(20) },
    onUpload: { webhook: { url, secret: SECRET, timeout: '10m', concurrency: 2 } },
    users: [{ name: 'acme', passwordHash: await passwordHash(), grants: { '/': 'read-write' } }],
  }
  return await writeConfig(folder, stringify(config))
}

/** The server in a process of its own, and its port. */
async function serve(config: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, port } = JSON.parse(line) as { msg: string; port: number }
    if (msg !== 'ready') continue
    child.stdout.resume()
    return { child, port }
  }
  throw new Error('the server did not start')
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

test('what was acknowledged is told of after a SIGKILL, whenever it came', async () => {
  await using dir = await tempDir()
  let answers = false
  await using hook = await receiver({ answer: () => (answers ? 204 : undefined) })
  const config = await configTelling(dir.path, hook)
  const acknowledged: string[] = []
  const first = await serve(config)
  const sessions = Array.from({ length: 3 }, async (_, session) => {
    using client = await FtpClient.login(first.port)
    for (let number = 0; ; number++) {
      const name = `${session}-${number}`
      if ((await client.upload(`STOR ${name}`, name)).code === 226) acknowledged.push(`/${name}`)
      if (acknowledged.length === UPLOADS) await end(first.child, 'SIGKILL')
    }
  })
  await Promise.allSettled(sessions)
  assert.ok(acknowledged.length >= UPLOADS)

  const queue = join(dir.path, 'queue', 'webhook')
  const kept = (await readdir(queue)).filter(name => name.endsWith('.json'))
  assert.ok(kept.length >= acknowledged.length)
  const held = hook.received.length
  assert.ok(held <= 2, 'the receiver held up two attempts and no upload')

  answers = true
  const second = await serve(config)
  try {
    await hook.seen(held + kept.length)
    await end(second.child, 'SIGTERM')
  } finally {
    second.child.kill('SIGKILL')
  }
  const told = hook.received.slice(held).map(({ notice }) => notice)
  assert.deepEqual(told.map(({ id }) => `${id}.json`).sort(), kept.sort(), 'each once, under the id it had')
  assert.deepEqual(
    acknowledged.filter(path => !told.some(notice => notice.path === path)),
    [],
  )
  assert.ok(hook.received.every(({ signed }) => signed))
  assert.deepEqual(await readdir(queue), ['failed'])
})

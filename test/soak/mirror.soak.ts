import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lftp } from '../clients/programs/lftp.js'
import { start } from '../helpers/client-program.js'
import { digests } from '../helpers/samples.js'
import { PASSWORD, testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

// A tree of many small files both ways with lftp; what is sent and what arrives are compared file by file.

const FILES = Number(process.env.FILES ?? 20_000)
const FOLDERS = Number(process.env.FOLDERS ?? 500)
const LIMIT_MS = 3_600_000

await using server = await testServer({ ports: 60 })
await using dir = await tempDir()
const [local, back] = [join(dir.path, 'local'), join(dir.path, 'back')]
for (let folder = 0; folder < FOLDERS; folder++)
  await mkdir(join(local, `folder ${folder}`), { recursive: true })
for (let file = 0; file < FILES; file++) {
  await writeFile(join(local, `folder ${file % FOLDERS}`, `file ${file}`), `content of ${file}`)
}
const expected = await digests(local)
const { port, ca } = server
const site = { host: '127.0.0.1', port, ca, user: 'acme', password: PASSWORD, dir: dir.path }

async function timed(task: Parameters<typeof lftp.commands>[1]): Promise<void> {
  const started = performance.now()
  for (const { program, args, ...options } of await lftp.commands({ ...site, version: 'TLSv1.3' }, task)) {
    const { code, all } = await start(program, args, { ...options, limitMs: LIMIT_MS }).result
    assert.equal(code, 0, all)
  }
  const seconds = (performance.now() - started) / 1000
  console.log(`lftp, ${task.do}: ${FILES} files in ${FOLDERS} folders in ${seconds.toFixed(1)} s`)
}

await timed({ do: 'put tree', pair: [local, '/remote'] })
assert.deepEqual(await digests(join(server.home, 'remote')), expected)
await timed({ do: 'get tree', pair: ['/remote', back] })
assert.deepEqual(await digests(back), expected)

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { type TestServer, testServer } from '../helpers/server.js'
import { type TempDir, tempDir } from '../helpers/temp-dir.js'

type Settings = Readonly<Record<string, unknown>>

/** A server that runs a shell script for each upload; its `$1` is a folder to leave things in. */
async function serverRunning(dir: TempDir, script: string, command: Settings = {}, others: Settings = {}) {
  const program = join(dir.path, 'on-upload')
  await writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return await testServer({
    config: {
      onUpload: {
        command: { argv: [program, dir.path, '$(touch /tmp/x); *'], ...command },
        queue: { folder: 'queue' },
        retry: { delay: '10ms', maxDelay: '50ms' },
        ...others,
      },
    },
  })
}

const left = (dir: TempDir, name: string) => readFile(join(dir.path, name), 'utf8')

async function upload(server: TestServer, line: string, content = 'hello'): Promise<void> {
  using client = await FtpClient.login(server.port)
  assert.equal((await client.upload(line, content)).code, 226)
}

test('a command learns of the upload by its environment, which holds nothing else', async () => {
  await using dir = await tempDir()
  process.env.PORTCULLIS_TEST_SECRET = 'of the server'
  const script = 'env -0 > "$1/env"; pwd > "$1/cwd"; cat > "$1/stdin"; printf %s "$2" > "$1/arguments"'
  await using server = await serverRunning(dir, script)
  await upload(server, 'STOR a b;$(id)')
  const delivered = await recorded(server, { event: 'hook.delivered', hook: 'command' })
  const lines = (await left(dir, 'env')).split('\0').filter(line => line !== '')
  const {
    PORTCULLIS_TIME: time,
    PWD: _,
    _: __,
    ...environment
  } = Object.fromEntries(lines.map(line => line.split(/=(.*)/s).slice(0, 2)))
  assert.deepEqual(environment, {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    ...Object.fromEntries(Object.entries(environment).filter(([name]) => ['SHLVL', 'OLDPWD'].includes(name))),
    PORTCULLIS_EVENT: 'file.uploaded',
    PORTCULLIS_ID: delivered.id,
    PORTCULLIS_ATTEMPT: '1',
    PORTCULLIS_USER: 'acme',
    PORTCULLIS_SESSION: delivered.session,
    PORTCULLIS_CLIENT: '127.0.0.1',
    PORTCULLIS_PATH: '/a b;$(id)',
    PORTCULLIS_FILE: join(server.home, 'a b;$(id)'),
    PORTCULLIS_SIZE: '5',
    PORTCULLIS_BYTES: '5',
    PORTCULLIS_RESUMED_FROM: '0',
    PORTCULLIS_SHA256: createHash('sha256').update('hello').digest('hex'),
    PORTCULLIS_CLOSE: 'clean',
  })
  assert.equal(new Date(String(time)).toISOString(), time)
  assert.equal(await left(dir, 'cwd'), '/\n')
  assert.equal(await left(dir, 'stdin'), '')
  assert.equal(await left(dir, 'arguments'), '$(touch /tmp/x); *')
})

test('one that fails is run again, and both are recorded', async () => {
  await using dir = await tempDir()
  await using server = await serverRunning(
    dir,
    '[ "$PORTCULLIS_ATTEMPT" -ge 3 ] || { echo not yet; exit 3; }',
  )
  await upload(server, 'STOR a')
  const delivered = await recorded(server, { event: 'hook.delivered', hook: 'command' })
  assert.equal(delivered.attempts, 3)
  const failed = await recorded(server, { event: 'hook.failed', id: delivered.id })
  assert.deepEqual([failed.reason, failed.error, failed.attempts], ['hook_rejected', 'ended with 3', 1])
  assert.ok(server.logged.includes('info: the upload command wrote'))
})

test('one that is not there is a failure like any other', async () => {
  await using dir = await tempDir()
  await using server = await serverRunning(dir, '', { argv: [join(dir.path, 'missing')] })
  await upload(server, 'STOR a')
  const failed = await recorded(server, { event: 'hook.failed', hook: 'command' })
  assert.deepEqual([failed.reason, failed.error], ['hook_unreachable', 'cannot be run: ENOENT'])
})

/** A process that has ended is not there, or a zombie without arguments until somebody asks for its exit code. */
const isRunning = (pid: string): Promise<boolean> =>
  readFile(`/proc/${pid}/cmdline`, 'utf8').then(
    text => text !== '',
    () => false,
  )

const HANGS: readonly (readonly [what: string, script: string])[] = [
  ['one that hangs', 'echo $$ > "$1/pids"; sleep 1000 & echo $! >> "$1/pids"; wait'],
  [
    'one that will not go',
    `trap '' TERM; echo $$ > "$1/pids"; sleep 1000 & echo $! >> "$1/pids"; wait; wait`,
  ],
  ['what one leaves behind', 'sleep 1000 & echo $! > "$1/pids"; exit 4'],
]

for (const [what, script] of HANGS) {
  test(`${what} is killed with all that it started`, async () => {
    await using dir = await tempDir()
    const others = { retry: { delay: '10m', maxDelay: '10m' } }
    await using server = await serverRunning(dir, script, { timeout: '300ms' }, others)
    await upload(server, 'STOR a')
    const failed = await recorded(server, { event: 'hook.failed', hook: 'command' })
    assert.equal(failed.reason, script.endsWith('exit 4') ? 'hook_rejected' : 'hook_timeout')
    const pids = (await left(dir, 'pids')).trim().split('\n')
    assert.deepEqual(
      await Promise.all(pids.map(isRunning)),
      pids.map(() => false),
    )
  })
}

test('a stop ends a command that runs and leaves its notice to the next start', async () => {
  await using dir = await tempDir()
  await using server = await serverRunning(dir, 'echo $$ > "$1/pids"; exec sleep 1000')
  await upload(server, 'STOR a')
  await recorded(server, { event: 'file.uploaded' })
  await server.portcullis.stop('test')
  const [pid = ''] = (await left(dir, 'pids')).split('\n')
  assert.equal(await isRunning(pid), false)
  assert.deepEqual(
    (await server.audit()).filter(({ event }) => String(event).startsWith('hook.')),
    [],
  )
  const queue = await readdir(join(dirname(server.auditFile), 'queue', 'command'))
  assert.equal(queue.filter(name => name.endsWith('.json')).length, 1)
})

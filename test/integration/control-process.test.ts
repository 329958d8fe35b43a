import assert from 'node:assert/strict'
import { lstat, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { runCli } from '../helpers/run-cli.js'
import { ServerProcess } from '../helpers/server-process.js'
import { tempDir } from '../helpers/temp-dir.js'

test('the commands find the server by its configuration, over a crash, and with a file that has mistakes', async () => {
  await using dir = await tempDir()
  await using server = await ServerProcess.in(dir.path)
  const run = (...args: string[]) => runCli([...args, '--config', 'portcullis.yaml'], { cwd: dir.path })
  await server.start()
  assert.equal((await run('sessions')).out, 'Nobody is connected.\n')
  await server.kill()
  assert.ok((await lstat(join(dir.path, 'control.sock'))).isSocket())
  const dead = await run('sessions')
  assert.equal(dead.code, 1)
  assert.match(dead.err, /no server answers at the control socket .*control\.sock \(ECONNREFUSED\)/)

  const port = await server.start()
  using _client = await FtpClient.login(port)
  assert.match((await run('sessions')).out, /acme/)
  assert.deepEqual(await run('healthcheck'), { code: 0, out: '', err: '' })
  assert.deepEqual(await run('reload'), { code: 0, out: 'Reloaded: 1 user.\n', err: '' })

  const file = join(dir.path, 'portcullis.yaml')
  const good = await readFile(file, 'utf8')
  await writeFile(file, `${good}nonsense: 1\n`)
  const bad = await run('reload')
  assert.equal(bad.code, 2)
  assert.match(
    bad.err,
    /portcullis\.yaml:\d+:1 {2}nonsense: unknown key[\s\S]*the old configuration stays in force/,
  )
  assert.match((await run('sessions')).out, /acme/)
  const events = (await readFile(join(dir.path, 'audit.jsonl'), 'utf8')).match(/"event":"config\.\w+"/g)
  assert.deepEqual(events?.slice(-2), ['"event":"config.loaded"', '"event":"config.rejected"'])

  await writeFile(
    file,
    `${good}log: { level: warn }\n`.replace('server:\n', 'server:\n  controlSocket: other.sock\n'),
  )
  const moved = await runCli(['reload', '--socket', 'control.sock'], { cwd: dir.path })
  assert.match(moved.err, /need a restart: server\.controlSocket, log/)
})

test('a second server over the same files does not start, and the first goes on', async () => {
  await using dir = await tempDir()
  await using first = await ServerProcess.in(dir.path)
  await first.start()
  const second = await runCli(['serve', '--config', 'portcullis.yaml'], { cwd: dir.path })
  assert.equal(second.code, 1)
  assert.match(
    second.err,
    /Cannot start: another server answers at the control socket .*control\.sock: stop it, or/,
  )
  const { out } = await runCli(['sessions', '--config', 'portcullis.yaml'], { cwd: dir.path })
  assert.equal(out, 'Nobody is connected.\n')
  // Nor did it write into the audit log of the first, whose chain would be broken.
  await runCli(['reload', '--config', 'portcullis.yaml'], { cwd: dir.path })
  const verified = await runCli(['audit', 'verify', '--config', 'portcullis.yaml'], { cwd: dir.path })
  assert.equal(verified.code, 0, verified.err)
})

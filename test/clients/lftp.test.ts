import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, start, testWith } from '../helpers/client-program.js'
import { cutUpload, dataConnections, newest, SLOWLY } from '../helpers/client-story.js'
import { narrowLine } from '../helpers/narrow-line.js'
import { passivePorts } from '../helpers/ports.js'
import { digests, MODIFIED, SAMPLES, writeSamples, writeTree } from '../helpers/samples.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

const testLftp = testWith('lftp')
const VERSIONS = { 'TLSv1.2': 'NORMAL:-VERS-ALL:+VERS-TLS1.2', 'TLSv1.3': 'NORMAL:-VERS-ALL:+VERS-TLS1.3' }

/** In lftp's own quoting. */
const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

function lftp(server: TestServer, home: string, commands: readonly string[], priority = 'NORMAL') {
  const script = [
    'set cmd:fail-exit yes',
    'set net:max-retries 1',
    'set net:timeout 10',
    `set ssl:ca-file ${quote(server.ca)}`,
    `set ssl:priority ${quote(priority)}`,
    `open -u acme,${quote(PASSWORD)} ftps://127.0.0.1:${server.port}`,
    ...commands,
  ]
  return { args: ['--norc', '-c', script.join('\n')], options: { cwd: home, env: { HOME: home } } }
}

async function runLftp(server: TestServer, home: string, commands: readonly string[], priority?: string) {
  const { args, options } = lftp(server, home, commands, priority)
  return await run('lftp', args, options)
}

for (const [version, priority] of Object.entries(VERSIONS))
  testLftp(`lftp puts, lists and gets every file over ${version}`, async () => {
    await using server = await testServer()
    await using dir = await tempDir()
    const local = join(dir.path, 'local')
    await writeSamples(local)
    const names = Object.keys(SAMPLES)
    const put = names.map(name => `put -- ${quote(`local/${name}`)}`)
    const listed = await runLftp(server, dir.path, [...put, 'cls -1'], priority)
    assert.deepEqual(await digests(server.home), await digests(local))
    assert.deepEqual(listed.split('\n').slice(0, -1).sort(), names.sort())
    assert.equal((await stat(join(server.home, 'large.bin'))).mtimeMs, MODIFIED.getTime())

    const get = names.map(name => `get ${quote(`./${name}`)} -o ${quote(`back/${name}`)}`)
    await runLftp(server, dir.path, ['!mkdir back', ...get], priority)
    assert.deepEqual(await digests(join(dir.path, 'back')), await digests(local))
    assert.deepEqual(await dataConnections(server), [{ version, resumed: true }])
  })

for (const [version, priority] of Object.entries(VERSIONS))
  testLftp(`lftp may close before the line has taken all of its upload, ${version}`, async () => {
    const ports = passivePorts(1)
    await using server = await testServer({ config: { passive: { ports, publicAddress: '127.0.0.2' } } })
    await using line = await narrowLine(Number(ports.split('-')[0]))
    await using dir = await tempDir()
    const bytes = randomBytes(200_000)
    await writeFile(join(dir.path, 'a.bin'), bytes)
    const { args, options } = lftp(server, dir.path, ['put a.bin'], priority)
    const onOutput = (piece: string) => {
      if (piece.includes('Closing data socket')) line.widen()
    }
    await run('lftp', ['-d', ...args], { ...options, onOutput })
    assert.ok((await readFile(join(server.home, 'a.bin'))).equals(bytes))
    assert.deepEqual(await newest(server, 'file.upload_failed'), {})
  })

testLftp('lftp mirrors a tree both ways over four connections and keeps the times', async () => {
  await using server = await testServer()
  await using dir = await tempDir()
  await writeTree(join(dir.path, 'local'))
  const expected = await digests(join(dir.path, 'local'))
  await runLftp(server, dir.path, ['mirror -R --parallel=4 local remote'])
  assert.deepEqual(await digests(join(server.home, 'remote')), expected)
  await runLftp(server, dir.path, ['mirror --parallel=4 remote back'])
  assert.deepEqual(await digests(join(dir.path, 'back')), expected)
  for (const folder of [join(server.home, 'remote'), join(dir.path, 'back')])
    assert.equal((await stat(join(folder, 'many', 'file 7'))).mtimeMs, MODIFIED.getTime(), folder)
  // sizes and times are equal: there is nothing to send again
  assert.doesNotMatch(await runLftp(server, dir.path, ['mirror -R --dry-run local remote']), /put|get|rm/)
})

testLftp('lftp resumes a download', async () => {
  await using server = await testServer()
  await using dir = await tempDir()
  await writeSamples(server.home, ['large.bin'])
  const whole = await readFile(join(server.home, 'large.bin'))
  await writeFile(join(dir.path, 'large.bin'), whole.subarray(0, 3_000_000))
  await runLftp(server, dir.path, ['get -c large.bin'])
  assert.deepEqual(await readFile(join(dir.path, 'large.bin')), whole)
  assert.equal((await newest(server, 'file.downloaded')).resumedFrom, 3_000_000)
})

testLftp('lftp makes, renames and removes files and folders', async () => {
  await using server = await testServer()
  await using dir = await tempDir()
  await writeSamples(server.home, ['one byte', '-a'])
  await runLftp(server, dir.path, [
    'mkdir -p "a folder/b"',
    'mv "one byte" "a folder/b/renamed"',
    'rm ./-a',
    'mkdir gone',
    'rmdir gone',
  ])
  assert.deepEqual(Object.keys(await digests(server.home)), [
    'a folder/',
    'a folder/b/',
    'a folder/b/renamed',
  ])
  await runLftp(server, dir.path, ['rm -r "a folder"'])
  assert.deepEqual(await digests(server.home), {})
})

for (const signal of ['SIGINT', 'SIGKILL'] as const)
  testLftp(`lftp stopped by ${signal} in mid-upload leaves the old file`, () =>
    cutUpload(async ({ server, file, dir }) => {
      const { args, options } = lftp(server, dir, [
        `set net:limit-total-rate 0:${SLOWLY}`,
        `put ${quote(file)} -o target.bin`,
      ])
      const running = start('lftp', args, options)
      return {
        stop: async () => {
          running.kill(signal)
          await running.result
        },
      }
    }),
  )

testLftp('lftp shows why a password is refused and does not go on', async () => {
  await using server = await testServer()
  await using dir = await tempDir()
  const { args, options } = lftp(server, dir.path, ['cls'])
  const wrong = args.map(arg => arg.replace(PASSWORD, 'wrong'))
  const { code, all } = await start('lftp', wrong, options).result
  assert.equal(code, 1)
  assert.match(all, /Login failed: 530 Login incorrect/)
})

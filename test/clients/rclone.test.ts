import assert from 'node:assert/strict'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, start, testWith } from '../helpers/client-program.js'
import { cutUpload, newest, SLOWLY } from '../helpers/client-story.js'
import { digests, MODIFIED, writeSamples, writeTree } from '../helpers/samples.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

const testRclone = testWith('rclone')
const PARALLEL = ['--transfers', '4', '--checkers', '4']
const TLS_1_2 = { RCLONE_FTP_DISABLE_TLS13: 'true' }

type Settings = Readonly<Record<string, string>>

/** A remote called `r`, from the environment alone. */
async function environment(server: TestServer, settings: Settings = {}): Promise<NodeJS.ProcessEnv> {
  return {
    RCLONE_CONFIG: '/dev/null',
    RCLONE_RETRIES: '1',
    RCLONE_LOW_LEVEL_RETRIES: '1',
    RCLONE_CONFIG_R_TYPE: 'ftp',
    RCLONE_CONFIG_R_TLS: 'true',
    RCLONE_CONFIG_R_HOST: '127.0.0.1',
    RCLONE_CONFIG_R_PORT: String(server.port),
    RCLONE_CONFIG_R_USER: 'acme',
    RCLONE_CONFIG_R_PASS: (await run('rclone', ['obscure', '-'], { input: PASSWORD })).trim(),
    // rclone would put symbols in place of control characters and of a space at the end of a name
    RCLONE_CONFIG_R_ENCODING: 'Slash,CrLf,InvalidUtf8,Dot',
    // and would take a letter with a combining accent for the composed one
    RCLONE_NO_UNICODE_NORMALIZATION: 'true',
    SSL_CERT_FILE: server.ca,
    ...settings,
  }
}

async function rclone(server: TestServer, ...args: string[]): Promise<string> {
  return await run('rclone', args, { env: await environment(server) })
}

/** Its several connections share one TLS session, so that most do not resume their own. */
const looseServer = () => testServer({ users: [{ compat: { dataSession: 'prefer' } }], ports: 40 })

for (const [version, settings] of [
  ['TLSv1.2', TLS_1_2],
  ['TLSv1.3', {}],
] as const)
  testRclone(
    `rclone copies a tree both ways over four connections and finds no difference, ${version}`,
    async () => {
      await using server = await looseServer()
      await using dir = await tempDir()
      const [local, back] = [join(dir.path, 'local'), join(dir.path, 'back')]
      await writeTree(local)
      const expected = await digests(local)
      const env = await environment(server, settings)
      const copy = (...args: string[]) => run('rclone', args, { env })
      const flags = ['--create-empty-src-dirs', ...PARALLEL]
      await copy('copy', ...flags, local, 'r:remote')
      assert.deepEqual(await digests(join(server.home, 'remote')), expected)
      await copy('copy', ...flags, 'r:remote', back)
      assert.deepEqual(await digests(back), expected)
      await copy('check', '--download', ...PARALLEL, local, 'r:remote')
      const listed = await copy('lsf', '-R', 'r:remote')
      assert.deepEqual(listed.split('\n').slice(0, -1).sort(), Object.keys(expected).sort())
      for (const folder of [join(server.home, 'remote'), back])
        assert.equal((await stat(join(folder, 'many', 'file 7'))).mtimeMs, MODIFIED.getTime(), folder)
    },
  )

testRclone('rclone syncs names with control characters, and in no character set', async () => {
  await using server = await looseServer()
  await using dir = await tempDir()
  const local = join(dir.path, 'local')
  await writeSamples(local, ['bell \x07', 'escape \x1b[31m', 'delete \x7f', 'tab\t', 'line\n', 'space '])
  await writeFile(Buffer.from(`${local}/latin \xfe`, 'latin1'), 'one')
  await rclone(server, 'sync', local, 'r:remote')
  await rclone(server, 'check', '--download', local, 'r:remote')
  assert.deepEqual((await readdir(join(server.home, 'remote'))).sort(), [
    'bell \x07',
    'delete \x7f',
    'escape \x1b[31m',
    'latin ‛FE',
    'line␊',
    'space ',
    'tab\t',
  ])
})

testRclone('rclone renames, removes and makes folders', async () => {
  await using server = await looseServer()
  await writeSamples(server.home, ['one byte', 'say "hello", it\'s me'])
  await rclone(server, 'mkdir', 'r:a folder/b')
  await rclone(server, 'moveto', 'r:one byte', 'r:a folder/b/renamed')
  await rclone(server, 'deletefile', 'r:say "hello", it\'s me')
  await rclone(server, 'mkdir', 'r:gone')
  await rclone(server, 'rmdir', 'r:gone')
  assert.deepEqual(Object.keys(await digests(server.home)), [
    'a folder/',
    'a folder/b/',
    'a folder/b/renamed',
  ])
  await rclone(server, 'purge', 'r:a folder')
  assert.deepEqual(await digests(server.home), {})
})

testRclone('rclone under `require` gets a 522 that names the setting', async () => {
  await using server = await testServer()
  await using dir = await tempDir()
  await writeSamples(dir.path, ['one byte'])
  const env = await environment(server, TLS_1_2)
  const { code, all } = await start('rclone', ['copy', dir.path, 'r:'], { env }).result
  assert.notEqual(code, 0)
  assert.match(all, /522 .*dataSession: require/)
  assert.equal((await newest(server, 'data.rejected')).remedy, 'users[].compat.dataSession: prefer')
})

for (const signal of ['SIGINT', 'SIGKILL'] as const)
  testRclone(`rclone stopped by ${signal} in mid-upload leaves the old file`, () =>
    cutUpload(async ({ server, file }) => {
      const env = await environment(server, { RCLONE_BWLIMIT: `${SLOWLY}B` })
      const running = start('rclone', ['copyto', '--ignore-times', file, 'r:target.bin'], { env })
      return {
        stop: async () => {
          running.kill(signal)
          await running.result
        },
      }
    }, 'prefer'),
  )

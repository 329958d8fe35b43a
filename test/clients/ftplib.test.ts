import assert from 'node:assert/strict'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, start, testWith } from '../helpers/client-program.js'
import { cutUpload, dataConnections, newest } from '../helpers/client-story.js'
import { digests, MODIFIED, SAMPLES, writeSamples } from '../helpers/samples.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

const testPython = testWith('python3')
const PROGRAM = fileURLToPath(new URL('../../../test/clients/programs/ftplib_client.py', import.meta.url))

type Step = readonly [verb: string, ...args: (string | number)[]]

interface Settings {
  readonly user?: string
  readonly version?: string
  /** Resume the TLS session on data connections, which ftplib itself does not. */
  readonly resume?: boolean
}

const inputOf = (server: TestServer, settings: Settings, steps: readonly Step[]): string => {
  const { port, ca } = server
  const all = { port, ca, password: PASSWORD, user: 'loose', version: 'TLSv1.3', resume: false, ...settings }
  return JSON.stringify([all, steps])
}

async function ftplib(server: TestServer, settings: Settings, steps: readonly Step[]): Promise<unknown[]> {
  const out = await run('python3', [PROGRAM], { input: inputOf(server, settings, steps) })
  return JSON.parse(out) as unknown[]
}

/** `loose` is the first user: the server's home is theirs. */
const looseServer = () =>
  testServer({ users: [{ name: 'loose', compat: { dataSession: 'prefer' } }, { name: 'acme' }] })

const kinds = [
  { user: 'loose', version: 'TLSv1.2', resume: false },
  { user: 'loose', version: 'TLSv1.3', resume: false },
  { user: 'acme', version: 'TLSv1.2', resume: true },
  { user: 'acme', version: 'TLSv1.3', resume: true },
]

for (const { user, version, resume } of kinds)
  testPython(
    `ftplib transfers every file over ${version}${resume ? ', resuming the session' : ''}`,
    async () => {
      await using server = await testServer({
        users: [{ name: user, compat: { dataSession: resume ? 'require' : 'prefer' } }],
      })
      await using dir = await tempDir()
      const [local, back] = [join(dir.path, 'local'), join(dir.path, 'back')]
      await writeSamples(local)
      await mkdir(back)
      const names = Object.keys(SAMPLES)
      const results = await ftplib(server, { user, version, resume }, [
        ...names.map(name => ['put', join(local, name), name] as const),
        ['mlsd'],
        ['nlst'],
        ...names.map(name => ['get', join(back, name), name] as const),
      ])
      assert.deepEqual(await digests(server.home), await digests(local))
      assert.deepEqual(await digests(back), await digests(local))
      assert.deepEqual((results[names.length] as string[]).sort(), names.sort())
      assert.deepEqual((results[names.length + 1] as string[]).sort(), names)
      assert.deepEqual(await dataConnections(server), [{ version, resumed: resume }])
    },
  )

testPython('ftplib under `require` gets a 522 that names the setting', async () => {
  await using server = await looseServer()
  await using dir = await tempDir()
  await writeSamples(dir.path, ['one byte'])
  const put = ['put', join(dir.path, 'one byte'), 'one byte'] as const
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    const [reply] = await ftplib(server, { user: 'acme', version }, [put])
    assert.match(reply as string, /^522 .*dataSession: require/)
  }
  assert.deepEqual(await digests(join(server.home, '..', 'acme')), {})
  assert.equal((await newest(server, 'data.rejected')).remedy, 'users[].compat.dataSession: prefer')
})

testPython('ftplib resumes a download, renames, removes, makes folders and sets times', async () => {
  await using server = await looseServer()
  await using dir = await tempDir()
  await writeSamples(server.home, ['large.bin', 'one byte'])
  const whole = await readFile(join(server.home, 'large.bin'))
  const part = join(dir.path, 'part')
  await writeFile(part, whole.subarray(0, 4_000_000))
  const results = await ftplib(server, {}, [
    ['get', part, 'large.bin', 4_000_000],
    ['delete', 'large.bin'],
    ['rename', 'one byte', 'renamed'],
    ['sendcmd', 'MFMT 20240229123456 renamed'],
    ['mkd', 'a "quoted" folder'],
    ['cwd', 'a "quoted" folder'],
    ['pwd'],
    ['cwd', '..'],
    ['mkd', 'gone'],
    ['rmd', 'gone'],
    ['size', 'renamed'],
  ])
  assert.deepEqual(await readFile(part), whole)
  assert.deepEqual(Object.keys(await digests(server.home)), ['a "quoted" folder/', 'renamed'])
  assert.equal((await stat(join(server.home, 'renamed'))).mtimeMs, MODIFIED.getTime())
  assert.equal(results[4], '/a "quoted" folder')
  assert.equal(results[6], '/a "quoted" folder')
  assert.equal(results.at(-1), 1)
})

for (const signal of ['SIGINT', 'SIGKILL'] as const)
  testPython(`ftplib stopped by ${signal} in mid-upload leaves the old file`, () =>
    cutUpload(async ({ server }) => {
      const input = inputOf(server, { user: 'acme', resume: true }, [['endless', 'target.bin']])
      const running = start('python3', [PROGRAM], { input })
      return {
        stop: async () => {
          running.kill(signal)
          await running.result
        },
      }
    }),
  )

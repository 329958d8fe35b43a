import assert from 'node:assert/strict'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, start, testWith } from '../helpers/client-program.js'
import { cutUpload, dataConnections, newest, SLOWLY } from '../helpers/client-story.js'
import { digests, MODIFIED, SAMPLES, writeSamples } from '../helpers/samples.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

const testCurl = testWith('curl')
const VERSIONS = { 'TLSv1.2': ['--tls-max', '1.2'], 'TLSv1.3': ['--tlsv1.3'] }

const urlOf = (server: TestServer, path: string): string =>
  `ftps://127.0.0.1:${server.port}/${path.split('/').map(encodeURIComponent).join('/')}`

/** `--disable` keeps the user's own .curlrc out. */
const arguments_ = (server: TestServer, args: readonly string[], user = 'acme'): string[] => [
  ...['--disable', '--silent', '--show-error', '--max-time', '20', '--globoff'],
  ...['--cacert', server.ca, '--user', `${user}:${PASSWORD}`, ...args],
]

const curl = (server: TestServer, ...args: string[]): Promise<string> => run('curl', arguments_(server, args))

for (const [version, flags] of Object.entries(VERSIONS))
  testCurl(`curl uploads, lists and downloads every file over ${version}`, async () => {
    await using server = await testServer()
    await using dir = await tempDir()
    const [local, back] = [join(dir.path, 'local'), join(dir.path, 'back')]
    await writeSamples(local)
    await mkdir(back)
    const names = Object.keys(SAMPLES)
    const uploads = names.map(name => ['--upload-file', join(local, name), urlOf(server, name)])
    // OpenSSL uses a TLS 1.3 ticket once, and a short upload is over before the next one has come.
    if (version === 'TLSv1.3') for (const upload of uploads) await curl(server, ...flags, ...upload)
    else await curl(server, ...flags, ...uploads.flat())
    assert.deepEqual(await digests(server.home), await digests(local))
    const listed = await curl(server, ...flags, '--list-only', urlOf(server, ''))
    assert.deepEqual(listed.split(/\r?\n/).slice(0, -1).sort(), names.sort())
    const downloads = names.flatMap(name => ['--output', join(back, name), urlOf(server, name)])
    await curl(server, ...flags, '--remote-time', ...downloads)
    assert.deepEqual(await digests(back), await digests(local))
    assert.deepEqual(await dataConnections(server), [{ version, resumed: true }])
  })

testCurl('curl resumes a download and keeps the time', async () => {
  await using server = await testServer()
  await using dir = await tempDir()
  await writeSamples(server.home, ['large.bin'])
  const whole = await readFile(join(server.home, 'large.bin'))
  const part = join(dir.path, 'part')
  await writeFile(part, whole.subarray(0, 1_234_567))
  await curl(server, '--continue-at', '-', '--remote-time', '--output', part, urlOf(server, 'large.bin'))
  assert.deepEqual(await readFile(part), whole)
  assert.equal((await stat(part)).mtimeMs, MODIFIED.getTime())
  assert.equal((await newest(server, 'file.downloaded')).resumedFrom, 1_234_567)
})

testCurl('curl makes folders, renames, removes and sets times', async () => {
  await using server = await testServer()
  await using dir = await tempDir()
  await writeSamples(dir.path, ['one byte'])
  const deep = urlOf(server, 'a folder/b/file')
  await curl(server, '--ftp-create-dirs', '--upload-file', join(dir.path, 'one byte'), deep)
  const quotes = [
    'MFMT 20240229123456 a folder/b/file',
    'RNFR a folder/b/file',
    'RNTO renamed',
    'RMD a folder/b',
    'RMD a folder',
    'MKD "quoted"',
  ]
  await curl(server, ...quotes.flatMap(quote => ['--quote', quote]), '--list-only', urlOf(server, ''))
  assert.deepEqual(Object.keys(await digests(server.home)), ['"quoted"/', 'renamed'])
  assert.equal((await stat(join(server.home, 'renamed'))).mtimeMs, MODIFIED.getTime())
  await curl(server, '--quote', 'DELE renamed', '--list-only', urlOf(server, ''))
  assert.deepEqual(Object.keys(await digests(server.home)), ['"quoted"/'])
})

testCurl('curl transfers over four connections at once, which share one TLS session', async () => {
  await using server = await testServer({ users: [{ compat: { dataSession: 'prefer' } }] })
  await using dir = await tempDir()
  await mkdir(join(dir.path, 'back'))
  const names = Array.from({ length: 12 }, (_, index) => `file ${index}`)
  await writeSamples(server.home, [...names, 'large.bin'])
  const downloads = [...names, 'large.bin'].flatMap(name => [
    '--output',
    join(dir.path, 'back', name),
    urlOf(server, name),
  ])
  await curl(server, '--parallel', '--parallel-max', '4', '--parallel-immediate', ...downloads)
  assert.deepEqual(await digests(join(dir.path, 'back')), await digests(server.home))
})

for (const signal of ['SIGINT', 'SIGKILL'] as const)
  testCurl(`curl stopped by ${signal} in mid-upload leaves the old file`, () =>
    cutUpload(async ({ server, file }) => {
      const args = ['--limit-rate', String(SLOWLY), '--upload-file', file, urlOf(server, 'target.bin')]
      const running = start('curl', arguments_(server, args))
      return {
        stop: async () => {
          running.kill(signal)
          await running.result
        },
      }
    }),
  )

testCurl('curl without session resumption is refused, and its log names the setting', async () => {
  await using server = await testServer({ users: [{}, { name: 'loose', compat: { dataSession: 'prefer' } }] })
  const args = ['--no-sessionid', '--verbose', urlOf(server, '')]
  const refused = await start('curl', arguments_(server, args)).result
  assert.notEqual(refused.code, 0)
  assert.match(refused.all, /^< 522 .*dataSession: require/m)
  const taken = await start('curl', arguments_(server, args, 'loose')).result
  assert.equal(taken.code, 0, taken.all)
})

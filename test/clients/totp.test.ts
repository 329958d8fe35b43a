import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run, start, testWith } from '../helpers/client-program.js'
import { codeNow, TOTP_SECRET, wrongCode } from '../helpers/one-time-code.js'
import { recorded } from '../helpers/recorded.js'
import { digests, writeTree } from '../helpers/samples.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

const testCurl = testWith('curl')
const testLftp = testWith('lftp')

const startServer = () => testServer({ users: [{ totp: TOTP_SECRET }] })

const curlArguments = (server: TestServer, password: string, args: readonly string[]): string[] => [
  ...['--disable', '--silent', '--show-error', '--max-time', '20', '--cacert', server.ca],
  ...['--user', `acme:${password}`, ...args, `ftps://127.0.0.1:${server.port}/file`],
]

const lftpArguments = (server: TestServer, password: string, commands: readonly string[]): string[] => [
  '--norc',
  '-c',
  [
    'set cmd:fail-exit yes',
    'set net:max-retries 1',
    'set net:timeout 10',
    `set ssl:ca-file "${server.ca}"`,
    `open -u acme,"${password}" ftps://127.0.0.1:${server.port}`,
    ...commands,
  ].join('\n'),
]

const proven = (server: TestServer) => recorded(server, { event: 'login.succeeded', factor: 'password+totp' })

for (const how of ['behind the password', 'as --ftp-account'])
  testCurl(`curl gives the code ${how}`, async () => {
    await using server = await startServer()
    await using dir = await tempDir()
    const file = join(dir.path, 'file')
    await writeFile(file, 'content')
    const code = codeNow()
    const [password, account] =
      how === 'as --ftp-account' ? [PASSWORD, ['--ftp-account', code]] : [PASSWORD + code, []]
    await run('curl', curlArguments(server, password, [...account, '--upload-file', file]))
    assert.equal(await readFile(join(server.home, 'file'), 'utf8'), 'content')
    assert.equal(await run('curl', curlArguments(server, password, account)), 'content')
    await proven(server)
  })

testCurl('curl without a code, or with a wrong one, says that the login is denied', async () => {
  await using server = await startServer()
  const without = await start('curl', curlArguments(server, PASSWORD, [])).result
  assert.match(without.all, /\(67\) ACCT requested but none available/)
  await recorded(server, { event: 'login.failed', reason: 'code_missing' })
  const wrong = await start('curl', curlArguments(server, PASSWORD, ['--ftp-account', wrongCode()])).result
  assert.equal(wrong.code, 11, wrong.all)
  await recorded(server, { event: 'login.failed', reason: 'wrong_code' })
})

for (const how of ['behind the password', 'as ftp:acct'])
  testLftp(`lftp gives the code ${how}, for many connections at a time`, async () => {
    await using server = await startServer()
    await using dir = await tempDir()
    await writeTree(join(dir.path, 'local'))
    const code = codeNow()
    const [password, account] =
      how === 'as ftp:acct' ? [PASSWORD, [`set ftp:acct ${code}`]] : [PASSWORD + code, []]
    const commands = [...account, 'mirror -R --parallel=4 local remote', 'mirror --parallel=4 remote back']
    const options = { cwd: dir.path, env: { HOME: dir.path } }
    await run('lftp', lftpArguments(server, password, commands), options)
    assert.deepEqual(await digests(join(dir.path, 'back')), await digests(join(dir.path, 'local')))
    await proven(server)
  })

testLftp('lftp without a code names its setting, and does not try again and again', async () => {
  await using server = await startServer()
  await using dir = await tempDir()
  const options = { cwd: dir.path, env: { HOME: dir.path } }
  const { code, all } = await start('lftp', lftpArguments(server, PASSWORD, ['cls -1']), options).result
  assert.notEqual(code, 0)
  assert.match(all, /Account is required, set ftp:acct variable/)
  await recorded(server, { event: 'login.failed', reason: 'code_missing' })
  assert.equal((await server.audit()).filter(({ event }) => event === 'login.failed').length, 1)
})

testLftp('lftp with an account goes on as before where no code is asked for', async () => {
  await using server = await testServer()
  await using dir = await tempDir()
  await writeFile(join(server.home, 'file'), '')
  const options = { cwd: dir.path, env: { HOME: dir.path } }
  const listed = await run(
    'lftp',
    lftpArguments(server, PASSWORD, ['set ftp:acct 123456', 'cls -1']),
    options,
  )
  assert.equal(listed, 'file\n')
})

import assert from 'node:assert/strict'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CharsetName } from '../../src/core/charset.js'
import { charsetOf } from '../../src/protocol/charset.js'
import { run, testWith } from '../helpers/client-program.js'
import { digests } from '../helpers/samples.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

const CASES: [charset: CharsetName, folder: string, names: string[]][] = [
  ['windows-1252', 'für 5 €', ['Öl.txt', 'ÿ.txt', 'plain']],
  ['windows-1251', 'маяк', ['я.txt', 'ясный.txt', 'Съезд']],
  ['koi8-r', 'ОбЪект', ['имя']],
  ['shift_jis', '表示', ['ソース.txt']],
  ['gbk', '文件', ['說明.txt']],
  ['big5', '功能', ['許功蓋']],
]

const serverFor = (charset: CharsetName) => testServer({ users: [{ compat: { charset } }] })

async function lftp(server: TestServer, home: string, commands: readonly string[]): Promise<string> {
  const script = [
    ...['set cmd:fail-exit yes', 'set net:max-retries 1', 'set net:timeout 10'],
    `set ssl:ca-file "${server.ca}"`,
    ...commands.slice(0, 1),
    `open -u acme,"${PASSWORD}" ftps://127.0.0.1:${server.port}`,
    ...commands.slice(1),
  ]
  return await run('lftp', ['--norc', '-c', script.join('\n')], { cwd: home, env: { HOME: home } })
}

async function plantLocal(home: string, folder: string, names: readonly string[]): Promise<void> {
  await mkdir(join(home, 'local', folder), { recursive: true })
  for (const name of names) await writeFile(join(home, 'local', folder, name), name)
}

for (const [charset, folder, names] of CASES)
  for (const [how, setting] of [
    ['its character set', `set ftp:use-feat no; set ftp:charset ${charset}`],
    ['UTF-8, which it asks for', ''],
  ] as const)
    testWith('lftp')(`lftp in ${how} for a user of ${charset}`, async () => {
      await using server = await serverFor(charset)
      await using dir = await tempDir()
      await plantLocal(dir.path, folder, names)
      const listed = await lftp(server, dir.path, [
        setting,
        'mirror -R --no-perms local remote',
        'mirror remote back',
        `cd "remote/${folder}"`,
        'pwd',
        'cls -1',
      ])
      const expected = await digests(join(dir.path, 'local'))
      assert.deepEqual(await digests(join(server.home, 'remote')), expected)
      assert.deepEqual(await digests(join(dir.path, 'back')), expected)
      assert.deepEqual(listed.split('\n').slice(1, -1).sort(), [...names].sort())
    })

/** Every byte of the name as a URL has it. */
const escaped = (name: string, charset: CharsetName): string => {
  const bytes = charsetOf(charset).encode(name)
  assert.ok(bytes)
  return [...bytes].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('')
}

for (const [charset, folder, names] of CASES)
  testWith('curl')(`curl sends and shows the bytes of ${charset}`, async () => {
    await using server = await serverFor(charset)
    await using dir = await tempDir()
    await plantLocal(dir.path, folder, names)
    const url = `ftps://127.0.0.1:${server.port}/${escaped(folder, charset)}/`
    const curl = (...args: string[]) =>
      run('curl', [
        ...['--disable', '--silent', '--show-error', '--max-time', '20', '--globoff', '--ftp-create-dirs'],
        ...['--cacert', server.ca, '--user', `acme:${PASSWORD}`, ...args],
      ])
    for (const name of names)
      await curl('--upload-file', join(dir.path, 'local', folder, name), url + escaped(name, charset))
    assert.deepEqual(await digests(server.home), await digests(join(dir.path, 'local')))
    for (const name of names) assert.equal(await curl(url + escaped(name, charset)), name)
    const list = join(dir.path, 'list')
    await curl('--list-only', '--output', list, url)
    assert.deepEqual((await readdir(join(server.home, folder))).sort(), [...names].sort())
  })

testWith('python3')('Python ftplib with an encoding', async () => {
  await using server = await testServer({
    users: [{ compat: { charset: 'windows-1251', dataSession: 'prefer' } }],
  })
  const script = `
import ftplib, io, ssl, sys
port, ca, password = sys.argv[1:]
class Implicit(ftplib.FTP_TLS):
    def __setattr__(self, key, value):
        if key == 'sock' and isinstance(value, __import__('socket').socket) and not isinstance(value, ssl.SSLSocket):
            value = self.context.wrap_socket(value)
        super().__setattr__(key, value)
context = ssl.create_default_context(cafile=ca)
context.check_hostname = False
ftp = Implicit(context=context, encoding='windows-1251')
ftp.connect('127.0.0.1', int(port))
ftp.login('acme', password, secure=False)
ftp.prot_p()
ftp.mkd('маяк')
ftp.cwd('маяк')
assert ftp.pwd() == '/маяк', ftp.pwd()
ftp.storbinary('STOR ясный', io.BytesIO(b'x'))
assert ftp.nlst() == ['ясный'], ftp.nlst()
ftp.voidcmd('TYPE I')
assert ftp.size('ясный') == 1
assert [name for name, _ in ftp.mlsd()] == ['ясный']
ftp.quit()
`
  await run('python3', ['-c', script, String(server.port), server.ca, PASSWORD])
  assert.deepEqual(await readdir(join(server.home, 'маяк')), ['ясный'])
})

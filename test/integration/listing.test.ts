import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { plant } from '../helpers/plant.js'
import { type TestServerOptions, testServer } from '../helpers/server.js'

const OLD = new Date('2020-01-02T03:04:05Z')
const LINE_OF_A = '-rw-r--r-- 1 ftp ftp            5 Jan  2  2020 a.txt'

/** A server with a small tree and a client that is logged in. */
async function site(options: TestServerOptions = {}) {
  const server = await testServer(options)
  await plant(server.home, {
    'a.txt': 'hello',
    'b.dat': '',
    'sub/c.txt': 'see',
    'sub/d.txt': 'dee',
    'empty/': '',
  })
  await utimes(join(server.home, 'a.txt'), OLD, OLD)
  const client = await FtpClient.login(server.port)
  return {
    server,
    client,
    /** The lines of a listing, sorted. */
    async lines(command: string) {
      const { bytes, reply } = await client.download(command)
      assert.equal(reply.code, 226, `${command}: ${reply.text}`)
      return bytes.toString().split('\r\n').slice(0, -1).sort()
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** `name` behind the last space of a line of LIST. */
const nameIn = (line: string): string => line.slice(line.lastIndexOf(' ') + 1)

describe('LIST', () => {
  test('shows each entry in the form of ls, and nothing for an empty folder', async () => {
    await using at = await site()
    const lines = await at.lines('LIST')
    assert.ok(lines.includes(LINE_OF_A), lines.join('\n'))
    for (const line of lines)
      assert.match(
        line,
        /^[d-]([r-][w-][x-]){3} 1 ftp ftp +\d+ [A-Z][a-z]{2} [ \d]\d +(\d{4}|\d\d:\d\d) \S+$/,
      )
    assert.deepEqual(lines.map(nameIn).sort(), ['a.txt', 'b.dat', 'empty', 'sub'])
    assert.deepEqual(await at.lines('LIST empty'), [])
    assert.deepEqual(await at.lines('LIST a.txt'), [LINE_OF_A])
  })

  const asked: [command: string, names: string[]][] = [
    ['LIST -a', ['a.txt', 'b.dat', 'empty', 'sub']],
    ['LIST -l', ['a.txt', 'b.dat', 'empty', 'sub']],
    ['LIST -al', ['a.txt', 'b.dat', 'empty', 'sub']],
    ['LIST -a -l', ['a.txt', 'b.dat', 'empty', 'sub']],
    ['LIST -al sub', ['c.txt', 'd.txt']],
    ['LIST -la /sub/', ['c.txt', 'd.txt']],
    ['LIST sub/../sub', ['c.txt', 'd.txt']],
    ['LIST *.txt', ['a.txt']],
    ['LIST -a ?.d*', ['b.dat']],
    ['LIST sub/*', ['c.txt', 'd.txt']],
    ['LIST *.none', []],
  ]
  test('takes the options of ls and wildcards', async () => {
    await using at = await site()
    for (const [command, names] of asked)
      assert.deepEqual((await at.lines(command)).map(nameIn).sort(), names, command)
  })

  test('of what is not there fails before any data connection is needed', async () => {
    await using at = await site()
    for (const command of ['LIST absent', 'NLST absent', 'MLSD absent', 'LIST absent/*'])
      assert.equal((await at.client.download(command)).reply.code, 550, command)
  })
})

describe('NLST', () => {
  const asked: [cwd: string, command: string, names: string[]][] = [
    ['/', 'NLST *.txt', ['a.txt']],
    ['/', 'NLST sub', ['sub/c.txt', 'sub/d.txt']],
    ['/', 'NLST sub/', ['sub/c.txt', 'sub/d.txt']],
    ['/', 'NLST -a /sub', ['/sub/c.txt', '/sub/d.txt']],
    ['/', 'NLST sub/c*', ['sub/c.txt']],
    ['/', 'NLST sub/c.txt', ['sub/c.txt']],
    ['/sub', 'NLST', ['c.txt', 'd.txt']],
    ['/sub', 'NLST .', ['./c.txt', './d.txt']],
    ['/sub', 'NLST ../sub/*', ['../sub/c.txt', '../sub/d.txt']],
    ['/sub', 'NLST /*.txt', ['/a.txt']],
  ]
  test('gives names that RETR takes as they are', async () => {
    await using at = await site()
    for (const [cwd, command, names] of asked) {
      assert.equal((await at.client.command(`CWD ${cwd}`)).code, 250)
      assert.deepEqual(await at.lines(command), names, command)
      for (const name of names)
        assert.equal((await at.client.download(`RETR ${name}`)).reply.code, 226, `${command}: ${name}`)
    }
  })
})

describe('MLSD and MLST', () => {
  test('carry facts; a file has a size, MLSD of a file is refused', async () => {
    await using at = await site()
    const lines = await at.lines('MLSD')
    const form = /^type=(file|dir);(size=\d+;)?modify=\d{14};perm=\w*;unique=\w+;UNIX\.mode=0\d{3}; \S+$/
    for (const line of lines) assert.match(line, form)
    const a = lines.find(line => line.endsWith(' a.txt')) ?? ''
    assert.match(a, /^type=file;size=5;modify=20200102030405;perm=adfrw;unique=\w+;UNIX\.mode=0644; a\.txt$/)
    assert.doesNotMatch(lines.find(line => line.endsWith(' sub')) ?? '', /size=/)
    assert.equal((await at.client.download('MLSD a.txt')).reply.code, 501)

    const { code, lines: reply } = await at.client.command('MLST a.txt')
    assert.equal(code, 250)
    assert.deepEqual(reply.slice(1, -1), [` ${a.slice(0, -'a.txt'.length)}/a.txt`])
    assert.match((await at.client.command('MLST')).lines[1] ?? '', /^ type=dir;.* \/$/)
  })

  test('perm tells what each grant allows', async () => {
    const grants = {
      '/': ['list'],
      '/in': 'drop-box',
      '/out': 'read-only',
      '/all': 'read-write',
      '/blind': [],
      '/odd': ['append', 'read'],
    }
    await using at = await site({ users: [{ grants }] })
    const { home } = at.server
    await plant(home, { 'in/f': '', 'out/f': '', 'all/f': '', 'blind/f': '', 'odd/f': '' })
    const permIn = (lines: readonly string[]) =>
      Object.fromEntries(lines.map(line => [line.split(' ')[1], /perm=(\w*);/.exec(line)?.[1]]))
    const { sub, ...folders } = permIn(await at.lines('MLSD'))
    assert.equal(sub, 'el')
    assert.deepEqual(folders, {
      'a.txt': '',
      'b.dat': '',
      empty: 'el',
      in: 'celm',
      out: 'el',
      all: 'cdeflmp',
      odd: 'e',
    })
    assert.deepEqual(permIn(await at.lines('MLSD in')), { f: '' })
    assert.deepEqual(permIn(await at.lines('MLSD out')), { f: 'r' })
    assert.deepEqual(permIn(await at.lines('MLSD all')), { f: 'adfrw' })
    assert.match((await at.client.command('MLST odd/f')).lines[1] ?? '', /perm=ar;/)
  })

  test('OPTS MLST chooses the facts, and FEAT tells which are chosen', async () => {
    await using at = await site()
    const { client } = at
    const featLine = async () => (await client.command('FEAT')).lines.find(line => line.startsWith(' MLST'))
    assert.equal((await client.command('OPTS MLST size;Type;nonsense;')).text, 'MLST OPTS type;size;')
    assert.equal(await featLine(), ' MLST type*;size*;modify;perm;unique;UNIX.mode;')
    assert.equal((await client.command('MLST a.txt')).lines[1], ' type=file;size=5; /a.txt')
    assert.deepEqual(await at.lines('MLSD sub'), ['type=file;size=3; c.txt', 'type=file;size=3; d.txt'])
    assert.equal((await client.command('OPTS MLST unix.MODE')).text, 'MLST OPTS UNIX.mode;')
    assert.equal((await client.command('MLST a.txt')).lines[1], ' UNIX.mode=0644; /a.txt')
    assert.equal((await client.command('OPTS MLST')).text, 'MLST OPTS')
    assert.equal(await featLine(), ' MLST type;size;modify;perm;unique;UNIX.mode;')
    assert.equal((await client.command('MLST a.txt')).lines[1], '  /a.txt')
    using other = await FtpClient.login(at.server.port)
    assert.match((await other.command('MLST a.txt')).lines[1] ?? '', /^ type=file;size=5;modify=/)
  })
})

describe('what is not for clients', () => {
  test('a link, a FIFO and a name of the server are not there', async () => {
    await using at = await site()
    const { home } = at.server
    await symlink('/etc/passwd', join(home, 'link'))
    await symlink('a.txt', join(home, 'inner'))
    await symlink('/', join(home, 'way-out'))
    execFileSync('mkfifo', [join(home, 'fifo')])
    await writeFile(join(home, '.portcullis-upload-00'), 'half')
    for (const command of ['LIST', 'LIST -a', 'NLST', 'MLSD', 'LIST *', 'LIST .*'])
      for (const line of await at.lines(command))
        assert.doesNotMatch(line, /link|inner|way-out|fifo|portcullis/, command)
    assert.doesNotMatch(
      (await at.client.command('STAT .')).lines.join(),
      /link|inner|way-out|fifo|portcullis/,
    )

    const absent = await at.client.command('MLST absent')
    for (const name of ['link', 'inner', 'fifo', 'way-out', 'way-out/etc', 'link/x', 'fifo/x'])
      for (const verb of ['MLST', 'SIZE', 'MDTM', 'CWD', 'STAT', 'RETR', 'MLSD', 'RNFR'])
        assert.deepEqual(await at.client.command(`${verb} ${name}`), absent, `${verb} ${name}`)
    for (const verb of ['MLST', 'SIZE', 'RETR', 'STOR', 'DELE', 'MKD', 'CWD', 'RNFR'])
      for (const name of ['.portcullis-upload-00', '.PORTCULLIS-x', 'sub/.portcullis-x/y'])
        assert.equal((await at.client.command(`${verb} ${name}`)).code, 553, `${verb} ${name}`)
  })

  test('a folder may be listed only with the right to', async () => {
    await using at = await site({ users: [{ grants: { '/sub': ['read', 'create'], '/empty': ['list'] } }] })
    const absent = await at.client.command('STAT absent')
    for (const verb of ['LIST', 'NLST', 'MLSD', 'STAT'])
      for (const path of ['/', '/sub', '/sub/*'].filter(path => verb !== 'MLSD' || !path.endsWith('*')))
        assert.deepEqual(await at.client.command(`${verb} ${path}`), absent, `${verb} ${path}`)
    assert.deepEqual(await at.lines('LIST empty'), [])
    assert.equal((await at.client.command('MLST sub/c.txt')).code, 250)
  })
})

test('a folder of 5,000 entries is listed whole, and over the control connection up to 1,000', async () => {
  await using at = await site()
  const folder = join(at.server.home, 'many')
  await mkdir(folder)
  const names = Array.from({ length: 5000 }, (_, index) => `n${String(index).padStart(4, '0')}`)
  await Promise.all(names.map(name => writeFile(join(folder, name), '')))
  assert.deepEqual(
    await at.lines('NLST /many'),
    names.map(name => `/many/${name}`),
  )
  assert.equal((await at.lines('LIST many')).length, 5000)
  assert.equal((await at.lines('MLSD many')).length, 5000)
  const { code, lines } = await at.client.command('STAT many')
  assert.equal(code, 212)
  assert.equal(lines.length, 1 + 1000 + 1 + 1)
  assert.match(lines.at(-2) ?? '', /use LIST/)
  assert.equal((await at.client.command('STAT many/n00*')).lines.length, 1 + 100 + 1)
  assert.equal((await at.client.command('STAT a.txt')).lines[1], ` ${LINE_OF_A}`)
  const listed = (await at.server.audit()).filter(({ event }) => event === 'dir.listed')
  assert.deepEqual(
    listed.map(({ path, entries }) => [path, entries]),
    Array(3).fill(['/many', 5000]),
  )
})

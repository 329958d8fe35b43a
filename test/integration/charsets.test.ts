import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { CharsetName } from '../../src/core/charset.js'
import { charsetOf } from '../../src/protocol/charset.js'
import { newest } from '../helpers/client-story.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { plant } from '../helpers/plant.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'

const serverFor = (charset: CharsetName): Promise<TestServer> =>
  testServer({ users: [{ compat: { charset } }] })

/** A client whose strings are bytes. */
const login = (server: TestServer) => FtpClient.login(server.port, { encoding: 'latin1' })

const wire = (text: string, charset: CharsetName): string => {
  const bytes = charsetOf(charset).encode(text)
  assert.ok(bytes, text)
  return bytes.toString('latin1')
}

const NAMES: [charset: CharsetName, names: string[]][] = [
  ['latin1', ['für', 'ÿ', 'naïve ÿ.txt', 'ÿÿ']],
  ['windows-1252', ['5 €', 'für – „Öl“']],
  ['windows-1251', ['маяк', 'Яя', 'ся ы.txt', 'я']],
  ['koi8-r', ['ОбЪект']],
  ['shift_jis', ['表示', 'ソ.txt', '能"力']],
  ['euc-jp', ['表示']],
  ['gbk', ['文件', '侟']],
  ['gb18030', ['文件😀']],
  ['big5', ['功能', '許功蓋']],
  ['euc-kr', ['파일']],
  ['iso-8859-8', ['קובץ']],
]

describe('names in the character set of the user', () => {
  for (const [charset, names] of NAMES)
    test(charset, async () => {
      await using server = await serverFor(charset)
      using client = await login(server)
      for (const name of names) {
        // as Telnet has it: byte 255 twice
        const sent = wire(name, charset).replaceAll('\xff', '\xff\xff')
        const shown = wire(name, charset)
        assert.equal((await client.upload(`STOR ${sent}`, name)).code, 226, name)
        assert.equal(await readFile(join(server.home, name), 'utf8'), name)
        assert.equal((await newest(server, 'file.uploaded')).path, `/${name}`)
        assert.equal((await client.download(`RETR ${sent}`)).bytes.toString(), name)
        assert.equal((await client.download('NLST')).bytes.toString('latin1'), `${shown}\r\n`)
        assert.ok((await client.download('LIST')).bytes.toString('latin1').endsWith(` ${shown}\r\n`))
        assert.ok((await client.download('MLSD')).bytes.toString('latin1').endsWith(`; ${shown}\r\n`))
        assert.ok((await client.command(`MLST ${sent}`)).lines[1]?.endsWith(`; /${shown}`))
        assert.ok((await client.command(`STAT ${sent}`)).lines[1]?.endsWith(` ${shown}`))
        assert.equal((await client.command(`DELE ${sent}`)).code, 250)
        assert.equal((await client.command(`MKD ${sent}`)).code, 257)
        assert.equal((await client.command(`CWD ${sent}`)).code, 250)
        assert.equal(
          (await client.command('PWD')).text,
          `"/${shown.replaceAll('"', '""')}" is the current folder.`,
        )
        assert.equal((await client.command('CDUP')).code, 250)
        assert.equal((await client.command(`RMD ${sent}`)).code, 250)
      }
      assert.deepEqual(await readdir(server.home), [])
    })

  test('byte 255 once, from clients that do not speak Telnet', async () => {
    await using server = await serverFor('windows-1251')
    using client = await login(server)
    for (const name of ['маяк', 'яблоко', 'ясень яы']) {
      assert.equal((await client.upload(`STOR ${wire(name, 'windows-1251')}`, 'x')).code, 226)
      assert.equal((await client.command(`SIZE ${wire(name, 'windows-1251')}`)).code, 213)
    }
    assert.deepEqual((await readdir(server.home)).sort(), ['маяк', 'яблоко', 'ясень яы'].sort())
  })

  test('bytes that are nothing in it are 501 and make no file', async () => {
    await using server = await serverFor('shift_jis')
    using client = await login(server)
    for (const bytes of ['\x95', 'a\xff', '\xed\x40', '\xfd'])
      assert.equal(
        (await client.command(`MKD ${bytes}`)).code,
        501,
        Buffer.from(bytes, 'latin1').toString('hex'),
      )
    assert.equal((await newest(server, 'command.rejected')).reason, 'encoding')
    assert.deepEqual(await readdir(server.home), [])
  })

  test('any bytes name one file, or none', async () => {
    await using server = await serverFor('windows-1252')
    using client = await login(server)
    const names = fc.uint8Array({ minLength: 1, maxLength: 8 }).map(bytes =>
      Buffer.from(bytes)
        .toString('latin1')
        .replace(/[\0\r\n/\xff]/g, 'x'),
    )
    await fc.assert(
      fc.asyncProperty(names, async name => {
        const made = await client.command(`MKD ./${name}`)
        const text = charsetOf('windows-1252').decode(Buffer.from(name, 'latin1'))
        if (text === undefined) assert.equal(made.code, 501)
        if (made.code !== 257) return
        assert.deepEqual(await readdir(server.home), [text])
        assert.equal((await client.download('NLST')).bytes.toString('latin1'), `${name}\r\n`)
        assert.equal((await client.command(`RMD ./${name}`)).code, 250)
      }),
      { numRuns: 40 },
    )
  })
})

describe('names that it cannot write', () => {
  test('are left out of listings, and counted', async () => {
    await using server = await serverFor('latin1')
    await plant(server.home, { für: 'x', '5 €': 'x', 文件: 'x', 'plain.txt': 'x' })
    using client = await login(server)
    for (const line of ['LIST', 'NLST', 'MLSD']) {
      const { bytes, reply } = await client.download(line)
      const lines = bytes.toString('latin1').split('\r\n').slice(0, -1)
      assert.deepEqual(lines.map(each => each.split(' ').at(-1)).sort(), ['f\xfcr', 'plain.txt'], line)
      assert.equal(reply.text, 'Transfer complete, but for 2 names that latin1 cannot write.', line)
      const { entries, omitted } = await newest(server, 'dir.listed')
      assert.deepEqual([entries, omitted], [2, 2], line)
    }
    const { lines } = await client.command('STAT .')
    assert.equal(lines.length, 5, lines.join('\n'))
    assert.equal(lines[3], ' ... and 2 names that latin1 cannot write')
    assert.deepEqual((await client.download('NLST *.txt')).reply.text, 'Transfer complete.')
    assert.equal((await client.command('SIZE 5 ?')).code, 550)
  })

  test('are not there for a user of UTF-8', async () => {
    await using server = await testServer()
    await plant(server.home, { 文件: 'x' })
    using client = await FtpClient.login(server.port)
    assert.equal((await client.download('NLST')).reply.text, 'Transfer complete.')
    assert.equal('omitted' in (await newest(server, 'dir.listed')), false)
  })
})

describe('UTF-8', () => {
  test('is offered to everybody, and OPTS UTF8 ON is for good', async () => {
    await using server = await serverFor('latin1')
    await plant(server.home, { 'für €': 'x' })
    using client = await FtpClient.login(server.port)
    assert.ok((await client.command('FEAT')).lines.includes(' UTF8'))
    assert.equal((await client.command('OPTS UTF8 OFF')).code, 200)
    assert.equal((await client.download('NLST')).bytes.length, 0)
    assert.equal((await client.command('OPTS UTF8 ON')).code, 200)
    assert.equal((await client.download('NLST')).bytes.toString(), 'für €\r\n')
    assert.equal((await client.command('SIZE für €')).code, 213)
    assert.equal((await client.command('OPTS UTF8 OFF')).code, 504)
    assert.equal((await client.command('SIZE für €')).code, 213)
  })

  test('may be asked for before the login, and stays for the next one', async () => {
    await using server = await serverFor('latin1')
    await plant(server.home, { für: 'x' })
    using client = await FtpClient.connect(server.port)
    assert.equal((await client.command('OPTS UTF8 ON')).code, 200)
    for (let login = 0; login < 2; login++) {
      assert.equal((await client.command('USER acme')).code, 331)
      assert.equal((await client.command(`PASS ${PASSWORD}`)).code, 230)
      assert.equal((await client.command('SIZE für')).code, 213)
    }
  })

  test('LANG asks for it, too', async () => {
    await using server = await serverFor('latin1')
    await plant(server.home, { für: 'x' })
    using client = await FtpClient.login(server.port)
    assert.equal((await client.command('LANG fr')).code, 504)
    assert.equal((await client.command('SIZE für')).code, 550)
    assert.equal((await client.command('LANG')).code, 200)
    assert.equal((await client.command('SIZE für')).code, 213)
  })

  test('holds before the login and again from USER on', async () => {
    await using server = await serverFor('latin1')
    using client = await login(server)
    assert.equal((await client.command('SIZE \xfc')).code, 550)
    assert.equal((await client.command('USER \xfc')).code, 331)
    assert.equal((await client.command('USER \xfc')).code, 501)
  })

  test('commands that wait are read in the set that holds when their turn comes', async () => {
    await using server = await serverFor('windows-1251')
    using client = await FtpClient.connect(server.port, { encoding: 'latin1' })
    client.send(
      `USER acme\r\nPASS ${PASSWORD}\r\nMKD \xff\xfb\xe0\r\nOPTS UTF8 ON\r\nMKD \xc3\xbc\r\nSIZE \xff\xfc\r\n`,
    )
    const codes: number[] = []
    for (let i = 0; i < 6; i++) codes.push((await client.reply()).code)
    assert.deepEqual(codes, [331, 230, 257, 200, 257, 501])
    assert.deepEqual((await readdir(server.home)).sort(), ['ü', 'яыа'])
  })
})

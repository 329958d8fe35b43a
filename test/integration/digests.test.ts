import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { FtpClient, type ReplyText } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { type TestServer, testServer } from '../helpers/server.js'

const TEXT = '0123456789'
const hex = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest('hex')

/** A file that is a hole: it needs no room on the disk, and the largest allowed more time to hash than a test takes. */
async function hole(server: TestServer, name: string, size = 64 * 2 ** 30): Promise<string> {
  const file = join(server.home, name)
  await writeFile(file, '')
  await truncate(file, size)
  return file
}

/** Sends a command and resolves when the server is at it; its reply comes as `done`. */
async function begin(
  client: FtpClient,
  other: FtpClient,
  command: string,
): Promise<{ done: Promise<ReplyText> }> {
  const running = async () =>
    (await other.command('SITE WHO')).lines.filter(line => / (HASH|XMD5)$/.test(line)).length
  const before = await running()
  const done = client.command(command)
  while ((await running()) === before);
  return { done }
}

describe('HASH', () => {
  test('gives algorithm, range, digest and path, by the algorithm that OPTS HASH selects', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    await client.upload('STOR a', TEXT)
    assert.deepEqual((await client.command('HASH a')).lines, [`213 SHA-256 0-9 ${hex('sha256', TEXT)} /a`])
    assert.deepEqual((await client.command('OPTS HASH')).lines, ['200 SHA-256'])
    for (const [asked, name, digest] of [
      ['sha-512', 'SHA-512', hex('sha512', TEXT)],
      ['SHA-1', 'SHA-1', hex('sha1', TEXT)],
      ['MD5', 'MD5', hex('md5', TEXT)],
      ['CRC32', 'CRC32', 'a684c7c6'],
    ]) {
      assert.deepEqual((await client.command(`OPTS HASH ${asked}`)).lines, [`200 ${name}`])
      assert.deepEqual((await client.command('HASH a')).lines, [`213 ${name} 0-9 ${digest} /a`])
      assert.ok(
        (await client.command('FEAT')).lines.some(
          line => line.startsWith(' HASH') && line.includes(`${name}*`),
        ),
      )
    }
    assert.equal((await client.command('OPTS HASH CRC-37')).code, 501)
    assert.deepEqual((await client.command('OPTS HASH')).lines, ['200 CRC32'])
  })

  test('begins where REST says, for the very next one only', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    await client.upload('STOR a', TEXT)
    await client.command('REST 4')
    assert.match(
      (await client.command('HASH a')).text,
      new RegExp(`^SHA-256 4-9 ${hex('sha256', '456789')} `),
    )
    assert.match((await client.command('HASH a')).text, /^SHA-256 0-9 /)
    await client.command('REST 11')
    assert.equal((await client.command('HASH a')).code, 554)
    await client.command('REST 4')
    assert.equal((await client.command('HASH none')).code, 550)
    assert.equal((await client.download('RETR a')).bytes.toString(), TEXT)
  })

  test('of an empty file, of the octets under TYPE A, of a name with spaces or quotes', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    await client.upload('STOR empty', '')
    assert.match(
      (await client.command('HASH empty')).text,
      new RegExp(`^SHA-256 0-0 ${hex('sha256', '')} /empty$`),
    )
    await client.upload('STOR two words', 'a\nb')
    await client.upload('STOR with "quotes"', 'x')
    await client.command('TYPE A')
    for (const argument of ['two words', '"two words"', '/two words'])
      assert.match((await client.command(`HASH ${argument}`)).text, new RegExp(hex('sha256', 'a\nb')))
    for (const argument of ['with "quotes"', '"with ""quotes"""'])
      assert.match((await client.command(`HASH ${argument}`)).text, new RegExp(hex('sha256', 'x')))
    for (const argument of ['"two words" 0 1', '""'])
      assert.equal((await client.command(`HASH ${argument}`)).code, 501)
  })
})

describe('the older commands', () => {
  const COMMANDS = [
    ['XSHA256', (text: string) => hex('sha256', text)],
    ['XSHA512', (text: string) => hex('sha512', text)],
    ['XSHA1', (text: string) => hex('sha1', text)],
    ['XMD5', (text: string) => hex('md5', text)],
    ['XCRC', (text: string) => ({ [TEXT]: 'a684c7c6', 234: '0c6cf3c9', 1: '83dcefb7' })[text] ?? ''],
  ] as const
  for (const [verb, expected] of COMMANDS) {
    test(`${verb} gives the digest, of a range behind a path in quotes too`, async () => {
      await using server = await testServer()
      using client = await FtpClient.login(server.port)
      await client.upload('STOR a b', TEXT)
      for (const argument of ['a b', '"a b"', '"a b" 0 10', '"a b" 10'])
        assert.deepEqual((await client.command(`${verb} ${argument}`)).lines, [`250 ${expected(TEXT)}`])
      if (verb !== 'XCRC')
        assert.deepEqual((await client.command(`${verb} "a b" 2 5`)).lines, [`250 ${expected('234')}`])
      for (const wrong of ['"a b" 5 2', '"a b" 1 2 3', '"a b" 0 99999999999999999', '""', ''])
        assert.equal((await client.command(`${verb} ${wrong}`)).code, 501, wrong)
      assert.equal((await client.command(`${verb} "a b" 0 11`)).code, 554)
      assert.equal((await client.command(`${verb} a b 0 1`)).code, 550)
    })
  }
})

describe('digests', () => {
  test('of a large file are those of the system’s tools', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    const file = await hole(server, 'large', 300 * 2 ** 20)
    const tool = async (name: string) =>
      (await promisify(execFile)(name, [file])).stdout.split(' ', 1)[0]?.replace('\\', '')
    for (const [verb, name] of [
      ['XSHA256', 'sha256sum'],
      ['XSHA512', 'sha512sum'],
      ['XSHA1', 'sha1sum'],
      ['XMD5', 'md5sum'],
    ] as const)
      assert.equal((await client.command(`${verb} large`)).text, await tool(name), verb)
  })

  test('need the right to read, and follow no link', async () => {
    const users = [{ grants: { '/': ['list'], '/in': 'drop-box', '/out': 'read-only' } }]
    await using server = await testServer({ users })
    for (const folder of ['in', 'out']) await mkdir(join(server.home, folder))
    await writeFile(join(server.home, 'in', 'a'), TEXT)
    await symlink(server.auditFile, join(server.home, 'out', 'link'))
    using client = await FtpClient.login(server.port)
    for (const verb of ['HASH', 'XSHA256', 'XSHA512', 'XSHA1', 'XMD5', 'XCRC', 'RETR']) {
      const replies = new Set<string>()
      for (const path of ['/in/a', '/in/none', '/out/link', '/out/none', '/elsewhere/a'])
        replies.add((await client.command(`${verb} ${path}`)).lines.join())
      assert.deepEqual([...replies], ['550 No such file or folder, or not permitted.'], verb)
      assert.equal((await client.command(`${verb} /out`)).code, 550)
    }
    await recorded(server, { event: 'access.denied', command: 'XCRC', path: '/in/a', right: 'read' })
    using stranger = await FtpClient.connect(server.port)
    assert.equal((await stranger.command('HASH a')).code, 530)
  })

  test('are audited with what the client was told', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    await client.upload('STOR a', TEXT)
    await client.command('XMD5 "a" 2 5')
    const record = await recorded(server, { event: 'file.hashed' })
    const { path, algorithm, from, bytes, digest, user } = record
    assert.deepEqual(
      { path, algorithm, from, bytes, digest, user },
      { path: '/a', algorithm: 'MD5', from: 2, bytes: 3, digest: hex('md5', '234'), user: 'acme' },
    )
  })

  test('of more than hashing.maxSize are refused', async () => {
    await using server = await testServer({ config: { hashing: { maxSize: '10B' } } })
    using client = await FtpClient.login(server.port)
    await client.upload('STOR a', `${TEXT}x`)
    assert.equal((await client.command('HASH a')).code, 552)
    assert.equal((await client.command('XMD5 "a" 10')).code, 250)
  })

  test('let other sessions work, and ABOR ends one: 426, then 226', async () => {
    await using server = await testServer()
    using client = await FtpClient.login(server.port)
    using other = await FtpClient.login(server.port)
    await hole(server, 'endless')
    const { done } = await begin(client, other, 'HASH endless')
    assert.equal((await other.command('NOOP')).code, 200)
    assert.equal((await other.upload('STOR a', TEXT)).code, 226)
    assert.match((await other.command('HASH a')).text, new RegExp(hex('sha256', TEXT)))
    client.send('ABOR\r\n')
    assert.equal((await done).code, 426)
    assert.equal((await client.reply()).code, 226)
    assert.match((await client.command('HASH a')).text, new RegExp(hex('sha256', TEXT)))
    assert.equal((await client.command('ABOR')).code, 225)
  })

  test('are bounded in number: the next waits, the one after is told to come back', async () => {
    await using server = await testServer({ config: { hashing: { concurrency: 1, queue: 1 } } })
    const clients = await Promise.all([1, 2, 3, 4].map(() => FtpClient.login(server.port)))
    const [first, second, third, other] = clients as [FtpClient, FtpClient, FtpClient, FtpClient]
    await hole(server, 'endless')
    await other.upload('STOR a', TEXT)
    const running = await begin(first, other, 'XMD5 endless')
    const waiting = await begin(second, other, 'XMD5 a')
    assert.equal((await third.command('XMD5 a')).code, 450)
    // what the first holds is free again when it is gone, however it goes
    first[Symbol.dispose]()
    await assert.rejects(running.done)
    assert.equal((await waiting.done).text, hex('md5', TEXT))
    assert.equal((await third.command('XMD5 a')).code, 250)
    for (const client of clients) client[Symbol.dispose]()
  })

  test('do not hold up the end of the server', async () => {
    const server = await testServer({
      config: { server: { listen: { host: '127.0.0.1', port: 0 }, shutdownGrace: '0s' } },
    })
    using client = await FtpClient.login(server.port)
    using other = await FtpClient.login(server.port)
    await hole(server, 'endless')
    const { done } = await begin(client, other, 'HASH endless')
    await server[Symbol.asyncDispose]()
    assert.equal((await done).code, 426)
  })
})

import assert from 'node:assert/strict'
import { stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { plant } from '../helpers/plant.js'
import { testServer } from '../helpers/server.js'

const ALL = ['list', 'read', 'setTime', 'chmod']

test('SIZE is exact, and refused under TYPE A with a word about TYPE I', async () => {
  await using server = await testServer()
  await plant(server.home, { f: 'a\nb\n', 'd/': '' })
  using client = await FtpClient.login(server.port)
  assert.deepEqual((await client.command('SIZE f')).lines, ['213 4'])
  assert.equal((await client.command('TYPE A')).code, 200)
  const refused = await client.command('SIZE f')
  assert.equal(refused.code, 550)
  assert.match(refused.text, /TYPE I/)
  assert.equal((await client.command('TYPE I')).code, 200)
  assert.equal((await client.command('SIZE f')).code, 213)
  assert.equal((await client.command('SIZE d')).code, 550)
  assert.equal((await client.command('SIZE absent')).code, 550)
})

test('MDTM tells the time in UTC, of folders too', async () => {
  await using server = await testServer()
  await plant(server.home, { f: '', 'd/': '' })
  for (const name of ['f', 'd']) await utimes(join(server.home, name), 0, 1_582_934_399.9)
  using client = await FtpClient.login(server.port)
  assert.deepEqual((await client.command('MDTM f')).lines, ['213 20200228235959'])
  assert.deepEqual((await client.command('MDTM d')).lines, ['213 20200228235959'])
  assert.equal((await client.command('MDTM absent')).code, 550)
})

const SET: [line: string, code: number, text: string, time: string][] = [
  ['MFMT 20200229120000 f', 213, 'Modify=20200229120000; /f', '2020-02-29T12:00:00.000Z'],
  ['MFMT 20200301120000.123 f', 213, 'Modify=20200301120000; /f', '2020-03-01T12:00:00.000Z'],
  ['MFMT 19700101000000 f', 213, 'Modify=19700101000000; /f', '1970-01-01T00:00:00.000Z'],
  ['MFMT 19691231235958 f', 213, 'Modify=19691231235958; /f', '1969-12-31T23:59:58.000Z'],
  ['MFMT 20380119031408 f', 213, 'Modify=20380119031408; /f', '2038-01-19T03:14:08.000Z'],
  ['MFF Modify=20210203040506; f', 213, 'Modify=20210203040506; /f', '2021-02-03T04:05:06.000Z'],
  ['MFF modify=20210203040507 f', 213, 'Modify=20210203040507; /f', '2021-02-03T04:05:07.000Z'],
  ['SITE UTIME 20220102030405 f', 200, 'OK.', '2022-01-02T03:04:05.000Z'],
  ['SITE UTIME f 20190101000000 20220102030506 20180101000000 UTC', 200, 'OK.', '2022-01-02T03:05:06.000Z'],
  ['site utime 202201020306 f', 200, 'OK.', '2022-01-02T03:06:00.000Z'],
]
test('MFMT, MFF and SITE UTIME set the time in UTC, and the audit log tells', async () => {
  await using server = await testServer()
  await plant(server.home, { f: 'x' })
  using client = await FtpClient.login(server.port)
  for (const [line, code, text, time] of SET) {
    const reply = await client.command(line)
    assert.deepEqual([reply.code, reply.text], [code, text], line)
    assert.equal((await stat(join(server.home, 'f'))).mtime.toISOString(), time, line)
    const { event, path, modified } = (await server.audit()).at(-1) ?? {}
    assert.deepEqual([event, path, modified], ['file.time_set', '/f', time], line)
  }
})

const REFUSED: [line: string, code: number][] = [
  ['MFMT 20210229000000 f', 501],
  ['MFMT 20210431000000 f', 501],
  ['MFMT 20211301000000 f', 501],
  ['MFMT 20210100000000 f', 501],
  ['MFMT 20210101240000 f', 501],
  ['MFMT 20210101006000 f', 501],
  ['MFMT 20210101000060 f', 501],
  ['MFMT 202101010000 f', 501],
  ['MFMT 2021010100000x f', 501],
  ['MFMT 20210101000000', 501],
  ['MFMT 20210101000000 ', 501],
  ['MFMT f', 501],
  ['MFMT', 501],
  ['MFMT 20210101000000 absent', 550],
  ['MFF Modify=20210229000000; f', 501],
  ['MFF Create=20210101000000; f', 504],
  ['MFF Modify=20210101000000;UNIX.owner=0; f', 504],
  ['MFF UNIX.mode=4777; f', 501],
  ['MFF Modify=20210101000000;UNIX.mode=9; f', 501],
  ['MFF Modify f', 501],
  ['MFF f', 501],
  ['SITE UTIME 20210229000000 f', 501],
  ['SITE UTIME f', 501],
  ['SITE UTIME f 20210101000000', 501],
  ['SITE UTIME 20210101000000 f 20210101000000 20210101000000 20210101000000 UTC', 501],
  ['SITE UTIME', 501],
  ['SITE UTIME 20210101000000 absent', 550],
]
test('an impossible date and a broken argument are 501 and change nothing', async () => {
  await using server = await testServer()
  await plant(server.home, { f: 'x' })
  await utimes(join(server.home, 'f'), 0, 1_000_000)
  using client = await FtpClient.login(server.port)
  for (const [line, code] of REFUSED) assert.equal((await client.command(line)).code, code, line)
  assert.equal((await stat(join(server.home, 'f'))).mtimeMs, 1_000_000_000)
})

const NEEDS: [right: string, line: string, code: number][] = [
  ['setTime', 'MFMT 20210101000000 f', 213],
  ['setTime', 'MFF Modify=20210101000000; f', 213],
  ['setTime', 'SITE UTIME 20210101000000 f', 200],
  ['setTime', 'MFF Modify=20210101000000;UNIX.mode=0600; f', 213],
  ['chmod', 'MFF UNIX.mode=0600; f', 213],
  ['chmod', 'MFF Modify=20210101000000;UNIX.mode=0600; f', 213],
  ['chmod', 'SITE CHMOD 640 f', 200],
]
test('each needs its right, and is told like a file that is absent without it', async () => {
  const without = (right: string) => ALL.filter(other => other !== right)
  await using server = await testServer({
    users: [
      { name: 'setTime', home: 'shared', grants: { '/': without('setTime') } },
      { name: 'chmod', home: 'shared', grants: { '/': without('chmod') } },
      { name: 'all', home: 'shared', grants: { '/': ALL } },
    ],
  })
  await plant(server.home, { f: 'x' })
  const before = await stat(join(server.home, 'f'))
  for (const [right, line] of NEEDS) {
    using client = await FtpClient.login(server.port, { user: right })
    assert.deepEqual(await client.command(line), await client.command('MDTM absent'), line)
  }
  const after = await stat(join(server.home, 'f'))
  assert.deepEqual([after.mode, after.mtimeMs], [before.mode, before.mtimeMs])
  using client = await FtpClient.login(server.port, { user: 'all' })
  for (const [, line, code] of NEEDS) assert.equal((await client.command(line)).code, code, line)
})

test('MFF sets all facts or none, with an event for each', async () => {
  await using server = await testServer({ users: [{ grants: { '/': ALL } }] })
  await plant(server.home, { f: 'x' })
  using client = await FtpClient.login(server.port)
  const { lines } = await client.command('MFF unix.mode=600;modify=20200229120000; f')
  assert.deepEqual(lines, ['213 Modify=20200229120000;UNIX.mode=0600; /f'])
  const { mode, mtime } = await stat(join(server.home, 'f'))
  assert.deepEqual([mode & 0o7777, mtime.toISOString()], [0o600, '2020-02-29T12:00:00.000Z'])
  const events = (await server.audit()).slice(-2).map(({ event, path }) => [event, path])
  assert.deepEqual(events, [
    ['file.time_set', '/f'],
    ['file.mode_set', '/f'],
  ])
})

const MODES: [line: string, code: number, mode: number][] = [
  ['SITE CHMOD 640 f', 200, 0o640],
  ['SITE CHMOD 0400 f', 200, 0o400],
  ['site chmod 750 d', 200, 0o750],
  ['SITE CHMOD 4755 f', 501, 0o400],
  ['SITE CHMOD 888 f', 501, 0o400],
  ['SITE CHMOD u+x f', 501, 0o400],
  ['SITE CHMOD 777', 501, 0o400],
  ['SITE CHMOD 777 absent', 550, 0o400],
]
test('SITE CHMOD takes three octal digits and no set-id bits', async () => {
  await using server = await testServer({ users: [{ grants: { '/': ALL } }] })
  await plant(server.home, { f: 'x', 'd/': '' })
  using client = await FtpClient.login(server.port)
  for (const [line, code, mode] of MODES) {
    assert.equal((await client.command(line)).code, code, line)
    const name = line.endsWith(' d') ? 'd' : 'f'
    assert.equal((await stat(join(server.home, name))).mode & 0o7777, mode, line)
  }
})

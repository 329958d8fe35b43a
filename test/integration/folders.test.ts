import assert from 'node:assert/strict'
import { access, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { plant } from '../helpers/plant.js'
import { testServer } from '../helpers/server.js'

/** Sends each line and expects the code, and the text where one is given. */
async function converse(client: FtpClient, steps: readonly (readonly [string, number, string?])[]) {
  for (const [line, code, text] of steps) {
    const reply = await client.command(line)
    assert.equal(reply.code, code, `${line}: ${reply.text}`)
    if (text !== undefined) assert.equal(reply.text, text, line)
  }
}

const here = (path: string): string => `${path} is the current folder.`

test('walking about: CWD, CDUP, PWD and their X spellings', async () => {
  await using server = await testServer()
  await plant(server.home, { 'a/b/c/': '', file: '' })
  using client = await FtpClient.login(server.port)
  await converse(client, [
    ['PWD', 257, here('"/"')],
    ['CWD a', 250, 'Current folder: "/a"'],
    ['CWD b/c', 250],
    ['XPWD', 257, here('"/a/b/c"')],
    ['CDUP', 250, 'Current folder: "/a/b"'],
    ['XCUP', 250, 'Current folder: "/a"'],
    ['XCWD /a/b', 250],
    ['CWD ..', 250, 'Current folder: "/a"'],
    ['CWD ./b/./c/../', 250, 'Current folder: "/a/b"'],
    ['CWD ../../../..', 250, 'Current folder: "/"'],
    ['CDUP', 250, 'Current folder: "/"'],
    ['CWD absent', 550],
    ['CWD file', 550, 'Not a folder.'],
    ['CWD file/x', 550],
    ['CWD', 501],
    ['CDUP a', 501],
    ['PWD', 257, here('"/"')],
  ])
})

test('making and removing: MKD, RMD and their X spellings, quotes doubled', async () => {
  await using server = await testServer()
  await plant(server.home, { 'full/inner/': '', file: '' })
  using client = await FtpClient.login(server.port)
  await converse(client, [
    ['MKD new', 257, '"/new" created.'],
    ['MKD new', 550, 'This file or folder already exists.'],
    ['MKD file', 550, 'This file or folder already exists.'],
    ['MKD /', 550, 'This file or folder already exists.'],
    ['XMKD new/"q"', 257, '"/new/""q""" created.'],
    ['CWD new/"q"', 250, 'Current folder: "/new/""q"""'],
    ['PWD', 257, here('"/new/""q"""')],
    ['MKD deep/er', 550],
    ['RMD .', 250],
    ['CWD /', 250],
    ['XRMD new', 250],
    ['RMD new', 550],
    ['RMD full', 550, 'The folder is not empty.'],
    ['RMD file', 550, 'Not a folder.'],
    ['RMD /', 550],
    ['DELE full', 550, 'Not a plain file.'],
    ['DELE file', 250],
    ['DELE file', 550],
  ])
  assert.deepEqual(await readdir(server.home, { recursive: true }), ['full', 'full/inner'])
  const events = (await server.audit()).map(({ event, path }) => `${event} ${path}`)
  for (const event of [
    'dir.created /new',
    'dir.created /new/"q"',
    'dir.removed /new/"q"',
    'file.deleted /file',
  ])
    assert.ok(events.includes(event), event)
})

test('new folders get the bits that storage.umask leaves', async () => {
  await using server = await testServer({ config: { storage: { umask: '0077' } } })
  using client = await FtpClient.login(server.port)
  await converse(client, [['MKD d', 257]])
  assert.equal((await stat(join(server.home, 'd'))).mode & 0o777, 0o700)
})

test('RNTO must directly follow RNFR', async () => {
  await using server = await testServer()
  await plant(server.home, { a: 'a', 'd/': '' })
  using client = await FtpClient.login(server.port)
  await converse(client, [
    ['RNTO b', 503],
    ['RNFR absent', 550],
    ['RNTO b', 503],
    ['RNFR a', 350],
    ['NOOP', 200],
    ['RNTO b', 503],
    ['RNFR a', 350],
    ['NONSENSE', 500],
    ['RNTO b', 503],
    ['RNFR a', 350],
    ['RNTO absent/b', 550],
    ['RNTO b', 503],
    ['RNFR a', 350],
    ['RNFR d', 350],
    ['RNTO e', 250],
    ['RNFR a', 350],
    ['RNTO e/a b', 250],
    ['RNTO c', 503],
  ])
  assert.deepEqual((await readdir(server.home, { recursive: true })).sort(), ['e', 'e/a b'])
})

test('a rename replaces a file but no folder, and never moves a folder into itself', async () => {
  await using server = await testServer()
  await plant(server.home, { a: 'new', b: 'old', 'd/x': '', 'e/': '' })
  using client = await FtpClient.login(server.port)
  const rename = (from: string, to: string, code: number) =>
    converse(client, [
      [`RNFR ${from}`, 350],
      [`RNTO ${to}`, code],
    ])
  await rename('a', 'e', 550)
  await rename('d', 'b', 550)
  await rename('d', 'e', 550)
  await rename('d', 'd/x/y', 553)
  await rename('d', '/', 550)
  await rename('a', 'b', 250)
  assert.equal(await readFile(join(server.home, 'b'), 'utf8'), 'new')
  await assert.rejects(access(join(server.home, 'a')))
})

test('a rename needs its right at both ends, and gives nobody a right he had not', async () => {
  const grants = {
    '/': ['list'],
    '/both': 'read-write',
    '/also': 'read-write',
    '/in': 'drop-box',
    '/out': 'read-only',
    '/unread': ['list', 'rename', 'create'],
  }
  await using server = await testServer({ users: [{ grants }] })
  await plant(server.home, { 'both/f': 'f', 'also/': '', 'in/f': '', 'out/f': '', 'unread/f': '' })
  using client = await FtpClient.login(server.port)
  const absent = await client.command('RNFR absent')
  for (const from of ['in/f', 'out/f', 'f'])
    assert.deepEqual(await client.command(`RNFR ${from}`), absent, from)
  for (const [from, to] of [
    ['both/f', 'in/g'],
    ['both/f', 'out/g'],
    ['both/f', 'g'],
    ['unread/f', 'both/g'],
  ]) {
    assert.equal((await client.command(`RNFR ${from}`)).code, 350, from)
    assert.deepEqual(await client.command(`RNTO ${to}`), absent, `${from} to ${to}`)
  }
  await converse(client, [
    ['RNFR both/f', 350],
    ['RNTO also/f', 250],
  ])
  assert.equal(await readFile(join(server.home, 'also/f'), 'utf8'), 'f')
})

test('absent and forbidden give the very same reply', async () => {
  await using server = await testServer({ users: [{ grants: { '/mine': 'read-write' } }] })
  await plant(server.home, { 'mine/': '', 'secret/f': 'x', 'secret/d/': '', f: 'x' })
  using client = await FtpClient.login(server.port)
  const commands = [
    ...['CWD', 'XCWD', 'MKD', 'RMD', 'DELE', 'RNFR', 'SIZE', 'MDTM', 'MLST', 'STAT', 'LIST', 'NLST', 'MLSD'],
    ...['RETR', 'STOR', 'APPE', 'STOU', 'MFMT 20200101000000', 'SITE UTIME 20200101000000', 'SITE CHMOD 600'],
  ]
  const paths = ['/secret', '/secret/f', '/secret/d', '/secret/absent', '/f', '/absent', '/absent/deeper']
  const answers = new Set<string>()
  for (const command of commands)
    for (const path of paths) answers.add((await client.command(`${command} ${path}`)).lines.join())
  assert.deepEqual([...answers], ['550 No such file or folder, or not permitted.'])
  assert.deepEqual((await readdir(server.home, { recursive: true })).sort(), [
    ...['f', 'mine', 'secret', 'secret/d', 'secret/f'],
  ])
})

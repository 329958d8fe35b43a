import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'

const NAMES = [
  'a"b.txt',
  '"quoted"',
  "it's",
  ' leading',
  'trailing ',
  '  two  ',
  '-a',
  '-al',
  'naïve–文件 🗂.txt',
  'e\u0301 combined',
  '\u{feff}bom',
  'back\\slash',
  '..\\..\\etc',
  '[brackets]{braces}',
  'star*and?mark',
  '%2e%2e',
  '~root',
  '$HOME;`id`|x',
  '#hash',
  '213 File status',
  'tab\tand\x1b[31mescape',
  'x'.repeat(255),
]

test('a name is kept to the letter by every command that takes one', async () => {
  await using server = await testServer()
  using client = await FtpClient.login(server.port)
  for (const name of NAMES) {
    // `-a` by itself is an option to LIST, as it is to ls.
    const path = `./${name}`
    assert.equal((await client.upload(`STOR ${name}`, name)).code, 226, name)
    assert.equal((await readFile(join(server.home, name))).toString(), name)
    assert.equal((await client.command(`SIZE ${name}`)).text, String(Buffer.byteLength(name)), name)
    assert.equal((await client.download(`RETR ${name}`)).bytes.toString(), name)
    assert.equal((await client.download(`NLST ${path}`)).bytes.toString(), `${path}\r\n`, name)
    const { lines } = await client.command(`MLST ${path}`)
    assert.ok(lines[1]?.endsWith(`; /${name}`), lines.join())
  }
  const listed = (await client.download('NLST')).bytes.toString().split('\r\n').slice(0, -1)
  assert.deepEqual(listed.sort(), [...NAMES].sort())
  for (const name of NAMES) {
    assert.equal((await client.command(`RNFR ${name}`)).code, 350, name)
    assert.equal((await client.command('RNTO moved')).code, 250, name)
    assert.equal((await client.command('RNFR moved')).code, 350, name)
    assert.equal((await client.command(`RNTO ${name}`)).code, 250, name)
    assert.equal((await client.command(`DELE ${name}`)).code, 250, name)
    assert.equal((await client.command(`MKD ${name}`)).code, 257, name)
    assert.equal((await client.command(`CWD ${name}`)).code, 250, name)
    assert.equal(
      (await client.command('PWD')).text,
      `"/${name.replaceAll('"', '""')}" is the current folder.`,
    )
    assert.equal((await client.command('CDUP')).code, 250, name)
    assert.equal((await client.command(`RMD ${name}`)).code, 250, name)
  }
  assert.deepEqual(await readdir(server.home), [])
})

test('no way of writing a path leads out of the home', async () => {
  await using server = await testServer()
  using client = await FtpClient.login(server.port)
  for (const path of [
    '../../../../etc/passwd',
    '/../etc/passwd',
    '//etc/passwd',
    'x/../../../etc/passwd',
    '/proc/self/root/etc/passwd',
  ])
    assert.equal((await client.download(`RETR ${path}`)).reply.code, 550, path)
  assert.equal((await client.command('CWD ../../..')).code, 250)
  assert.match((await client.command('PWD')).text, /^"\/" /)
})

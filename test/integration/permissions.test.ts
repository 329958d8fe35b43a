import assert from 'node:assert/strict'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { plant } from '../helpers/plant.js'
import { type TestServer, testServer } from '../helpers/server.js'

const PRESETS = ['read-only', 'drop-box', 'read-write', 'none'] as const

/** How the lines are to be sent: the last one over a data connection, or all as they are. */
type Kind = 'plain' | 'download' | 'upload'
type Codes = readonly [readOnly: number, dropBox: number, readWrite: number, none: number]

const TABLE: [lines: string, kind: Kind, codes: Codes][] = [
  ['PWD', 'plain', [257, 257, 257, 257]],
  ['NOOP', 'plain', [200, 200, 200, 200]],
  ['STAT', 'plain', [211, 211, 211, 211]],
  ['CWD dir', 'plain', [250, 250, 250, 550]],
  ['CDUP', 'plain', [250, 250, 250, 550]],
  ['LIST', 'download', [226, 226, 226, 550]],
  ['LIST file', 'download', [226, 226, 226, 550]],
  ['NLST dir', 'download', [226, 226, 226, 550]],
  ['MLSD', 'download', [226, 226, 226, 550]],
  ['MLST file', 'plain', [250, 250, 250, 550]],
  ['STAT dir', 'plain', [212, 212, 212, 550]],
  ['SIZE file', 'plain', [213, 213, 213, 550]],
  ['MDTM file', 'plain', [213, 213, 213, 550]],
  ['RETR file', 'download', [226, 550, 226, 550]],
  ['REST 2\nRETR file', 'download', [226, 550, 226, 550]],
  ['STOR new', 'upload', [550, 226, 226, 550]],
  ['STOR file', 'upload', [550, 550, 226, 550]],
  ['REST 2\nSTOR file', 'upload', [550, 550, 226, 550]],
  ['APPE new', 'upload', [550, 226, 226, 550]],
  ['APPE file', 'upload', [550, 550, 226, 550]],
  ['STOU', 'upload', [550, 226, 226, 550]],
  ['STOU file', 'upload', [550, 226, 226, 550]],
  ['MKD new', 'plain', [550, 257, 257, 550]],
  ['RMD empty', 'plain', [550, 550, 250, 550]],
  ['DELE file', 'plain', [550, 550, 250, 550]],
  ['RNFR file', 'plain', [550, 550, 350, 550]],
  ['RNFR file\nRNTO new', 'plain', [550, 550, 250, 550]],
  ['MFMT 20200101000000 file', 'plain', [550, 550, 213, 550]],
  ['MFF Modify=20200101000000; file', 'plain', [550, 550, 213, 550]],
  ['SITE UTIME 20200101000000 file', 'plain', [550, 550, 200, 550]],
  ['SITE CHMOD 600 file', 'plain', [550, 550, 550, 550]],
]

const CONTENT = { file: 'content', 'dir/inner': 'x', 'empty/': '' }

const NAMES = ['dir', 'dir/inner', 'empty', 'file']

async function removeAll(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true })
}

async function codeOf(client: FtpClient, lines: string, kind: Kind): Promise<number> {
  const [last = '', ...earlier] = lines.split('\n').reverse()
  for (const line of earlier.reverse()) await client.command(line)
  if (kind === 'plain') return (await client.command(last)).code
  return kind === 'download'
    ? (await client.download(last)).reply.code
    : (await client.upload(last, 'bytes')).code
}

for (const [index, preset] of PRESETS.entries())
  test(`${preset}: the code of every command`, async () => {
    await using server = await testServer({ users: [{ grants: preset === 'none' ? {} : { '/': preset } }] })
    using client = await FtpClient.login(server.port)
    for (const [lines, kind, codes] of TABLE) {
      await removeAll(server.home)
      await plant(server.home, CONTENT)
      assert.equal(await codeOf(client, lines, kind), codes[index], lines)
      if (codes[index] !== 550) continue
      // CDUP names no path: that it was refused is all there is to tell.
      const event = lines === 'CDUP' ? 'command.rejected' : 'access.denied'
      // the data connection that was ready for it may come in later
      const record = (await server.audit()).findLast(({ event }) => event !== 'data.opened')
      assert.deepEqual([record?.event, record?.user], [event, 'acme'], lines)
      assert.deepEqual((await readdir(server.home, { recursive: true })).sort(), NAMES, lines)
      if (event === 'access.denied') assert.match(String(record?.right), /^[a-zA-Z|]+$/, lines)
    }
  })

describe('a denial is recorded', () => {
  let records: Record<string, unknown>[]
  const DENIED: [line: string, command: string, path: string, right: string][] = [
    ['RETR /in/f', 'RETR', '/in/f', 'read'],
    ['DELE in/f', 'DELE', '/in/f', 'delete'],
    ['STOR out/new', 'STOR', '/out/new', 'create|overwrite'],
    ['STOR in/f', 'STOR', '/in/f', 'overwrite'],
    ['APPE in/f', 'APPE', '/in/f', 'append'],
    ['RMD in/d', 'RMD', '/in/d', 'removeDir'],
    ['MKD out/new', 'MKD', '/out/new', 'makeDir'],
    ['RNFR out/f', 'RNFR', '/out/f', 'rename'],
    ['MFMT 20200101000000 out/f', 'MFMT', '/out/f', 'setTime'],
    ['SITE CHMOD 600 out/f', 'SITE CHMOD', '/out/f', 'chmod'],
    ['SIZE /hidden/f', 'SIZE', '/hidden/f', 'list|read'],
    ['CWD /hidden', 'CWD', '/hidden', 'enter'],
    ['LIST /hidden', 'LIST', '/hidden', 'enter'],
    ['LIST /', 'LIST', '/', 'list'],
    ['NLST /*', 'NLST', '/*', 'enter'],
    ['MLSD /', 'MLSD', '/', 'list'],
    ['STAT /', 'STAT PATH', '/', 'list'],
    ['MLST in/../hidden/f', 'MLST', '/hidden/f', 'enter|list'],
  ]

  async function denyAll(server: TestServer) {
    await plant(server.home, { 'in/f': 'x', 'in/d/': '', 'out/f': 'x', 'hidden/f': 'x' })
    using client = await FtpClient.login(server.port)
    for (const [line] of DENIED) assert.equal((await client.command(line)).code, 550, line)
    return (await server.audit()).filter(({ event }) => event === 'access.denied')
  }

  before(async () => {
    await using server = await testServer({ users: [{ grants: { '/in': 'drop-box', '/out': 'read-only' } }] })
    records = await denyAll(server)
  })

  for (const [index, [line, command, path, right]] of DENIED.entries())
    test(`${line}: ${right}`, () => {
      const record = records[index] ?? {}
      assert.deepEqual(
        [record.outcome, record.reason, record.command, record.path, record.right, record.user],
        ['denied', 'denied', command, path, right, 'acme'],
      )
      assert.match(String(record.session), /^[0-9a-f]{16}$/)
    })
})

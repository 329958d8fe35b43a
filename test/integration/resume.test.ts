import assert from 'node:assert/strict'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { ConnectionOptions } from 'node:tls'
import { brokenUpload, lastFailure, PLAIN, remoteSize, sharedHome } from '../helpers/broken-upload.js'
import { FtpClient } from '../helpers/ftp-client.js'
import type { TestServer } from '../helpers/server.js'

const OLD = randomBytes(1_500_000)
const NEW = randomBytes(2_000_003)
/** And the length of a full TLS record under the suites that are chosen here. */
const versions: [name: string, record: number, options: ConnectionOptions][] = [
  ['TLS 1.2', PLAIN + 29, { maxVersion: 'TLSv1.2' }],
  ['TLS 1.3', PLAIN + 22, { minVersion: 'TLSv1.3' }],
]

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** What everybody else sees of the file. */
async function seenByOther(server: TestServer, tls: ConnectionOptions) {
  using other = await FtpClient.login(server.port, { ...tls, user: 'other' })
  const { bytes, reply } = await other.download('RETR file')
  const listed = (await other.download('NLST')).bytes.toString()
  return { code: reply.code, bytes, size: await remoteSize(other, 'file'), listed }
}

for (const [name, record, tls] of versions)
  describe(`an upload that is cut, ${name}`, () => {
    for (const before of ['new', 'overwrite'] as const)
      for (const how of ['FIN', 'RST'] as const)
        for (const by of ['REST and STOR', 'APPE'] as const)
          test(`${before}, by ${how} within a record: goes on by ${by} until it is whole`, async () => {
            await using server = await sharedHome()
            if (before === 'overwrite') await writeFile(join(server.home, 'file'), OLD)
            using client = await FtpClient.login(server.port, tls)
            await client.command('TYPE I')
            for (let from = 0, cuts = 0; ; cuts++) {
              const line = by === 'APPE' && from > 0 ? 'APPE file' : 'STOR file'
              if (line === 'STOR file' && from > 0) await client.command(`REST ${from}`)
              if (cuts === 3) {
                const reply = await client.upload(line, NEW.subarray(from))
                assert.equal(reply.code, 226)
                assert.match(reply.text, new RegExp(`${NEW.length} bytes stored, SHA-256 ${sha256(NEW)}`))
                const facts = (await server.audit()).findLast(({ event }) => event === 'file.uploaded')
                assert.deepEqual([facts?.resumedFrom, facts?.bytes], [from, NEW.length - from])
                break
              }
              const records = randomInt(2, 30)
              const after = records * record + randomInt(100, 16_000)
              const reply = await brokenUpload(client, line, NEW.subarray(from), { how, after })
              assert.equal(reply.code, 426, `${records} records and ${after - records * record} bytes`)
              const { kept, bytes } = await lastFailure(server)
              // a reset may also take bytes that had arrived
              if (how === 'FIN') assert.deepEqual([kept, bytes], [true, records * PLAIN])
              else assert.ok(Number(bytes) <= records * PLAIN)
              const size = await remoteSize(client, 'file')
              if (kept) assert.equal(size, from + Number(bytes) - 1)
              from = before === 'overwrite' && !kept && from === 0 ? 0 : size
              const other = await seenByOther(server, tls)
              if (before === 'overwrite') assert.ok(other.bytes.equals(OLD))
              else assert.deepEqual([other.code, other.size, other.listed], [550, 0, ''])
            }
            assert.ok((await readFile(join(server.home, 'file'))).equals(NEW))
            assert.deepEqual(await readdir(server.home), ['file'])
          })

    test('after its last byte: never 226, and to be whole it takes one byte more', async () => {
      await using server = await sharedHome()
      using client = await FtpClient.login(server.port, tls)
      const bytes = NEW.subarray(0, 3 * PLAIN)
      const reply = await brokenUpload(client, 'STOR file', bytes, { how: 'FIN', after: 3 * record })
      assert.equal(reply.code, 426)
      assert.equal((await seenByOther(server, tls)).listed, '')
      await client.command('TYPE I')
      const from = await remoteSize(client, 'file')
      assert.equal(from, bytes.length - 1)
      assert.match((await client.upload('APPE file', bytes.subarray(from))).text, new RegExp(sha256(bytes)))
    })

    test('before its first record is there leaves nothing', async () => {
      await using server = await sharedHome()
      using client = await FtpClient.login(server.port, tls)
      assert.equal((await brokenUpload(client, 'STOR file', NEW, { how: 'FIN', after: 9_000 })).code, 426)
      assert.deepEqual(await readdir(server.home), [])
      const { kept, bytes } = await lastFailure(server)
      assert.deepEqual([kept, bytes], [false, 0])
    })
  })

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { brokenUpload, PLAIN, remoteSize, sharedHome } from '../helpers/broken-upload.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'
import { stored } from '../helpers/stored.js'

const NEW = randomBytes(400_000)

describe('an upload that is not finished', () => {
  const CUT = { how: 'FIN', after: 10 * (PLAIN + 22) } as const
  const SEEN = 10 * PLAIN - 1

  test('is what its owner’s commands tell of, and nothing for the others', async () => {
    await using server = await sharedHome()
    using client = await FtpClient.login(server.port)
    using other = await FtpClient.login(server.port, { user: 'other' })
    assert.equal((await brokenUpload(client, 'STOR file', NEW, CUT)).code, 426)
    for (const each of [client, other]) {
      const own = each === client
      const expected = own ? 213 : 550
      await each.command('TYPE I')
      assert.deepEqual((await each.command('SIZE file')).code, expected)
      assert.equal((await each.command('MDTM file')).code, expected)
      const mlst = await each.command('MLST file')
      assert.equal(/size=(\d+)/i.exec(mlst.lines.join())?.[1], own ? String(SEEN) : undefined)
      assert.equal(
        (await each.command('STAT file')).lines.some(line => line.includes(` ${SEEN} `)),
        own,
      )
      for (const line of ['LIST', 'NLST', 'MLSD', 'LIST file', 'NLST f*']) {
        const { bytes } = await each.download(line)
        assert.equal(bytes.toString().split(/\bfile\r\n/).length - 1, own ? 1 : 0, line)
      }
      assert.equal((await each.download('RETR file')).reply.code, 550)
      assert.equal((await each.command('RNFR file')).code, 550)
      assert.equal((await each.command('MFMT 20200101000000 file')).code, 550)
      assert.equal((await each.command('STAT .')).lines.join('\n').includes('.portcullis'), false)
    }
    assert.equal((await other.command('DELE file')).code, 550)
    assert.equal((await client.command('RMD /')).code, 550)
    assert.equal((await client.command('DELE file')).code, 250)
    assert.deepEqual(await readdir(server.home), [])
  })

  test('is continued and taken back by a drop-box user, who may overwrite and delete nothing', async () => {
    await using server = await testServer({ users: [{ grants: { '/': 'drop-box' } }] })
    using client = await FtpClient.login(server.port)
    await client.command('TYPE I')
    for (const name of ['whole', 'back']) await brokenUpload(client, `STOR ${name}`, NEW, CUT)
    await client.command(`REST ${await remoteSize(client, 'whole')}`)
    assert.equal((await client.upload('STOR whole', NEW.subarray(SEEN))).code, 226)
    assert.equal((await client.command('DELE back')).code, 250)
    assert.equal((await client.command('DELE whole')).code, 550)
    assert.ok((await readFile(join(server.home, 'whole'))).equals(NEW))
    assert.deepEqual(await readdir(server.home), ['whole'])
  })

  test('is one at a time: the second upload of the name is 450, its line notwithstanding', async () => {
    await using server = await sharedHome()
    using client = await FtpClient.login(server.port)
    using second = await FtpClient.login(server.port)
    using other = await FtpClient.login(server.port, { user: 'other' })
    const socket = await client.data(await client.passive())
    assert.equal((await client.command('STOR file')).code, 150)
    for (const each of [second, other])
      for (const line of ['STOR file', 'APPE file', 'REST 5\r\nSTOR file']) {
        const [last = '', first] = line.split('\r\n').reverse()
        if (first !== undefined) await each.command(first)
        assert.equal((await each.upload(last, 'x')).code, 450, line)
      }
    socket.resume().end('the first')
    assert.equal((await client.reply()).code, 226)
    assert.deepEqual(await stored(server.home), ['file'])
  })
})

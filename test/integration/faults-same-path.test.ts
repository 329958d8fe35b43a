import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { lastFailure } from '../helpers/broken-upload.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { plant } from '../helpers/plant.js'
import { beginUpload } from '../helpers/running-transfer.js'
import { testServer } from '../helpers/server.js'

const read = (...path: string[]) => readFile(join(...path), 'utf8')

describe('two uploads of one path', () => {
  for (const line of ['STOR file', 'APPE file'])
    test(`the second, by ${line}, is 450 while the first runs, and may come after it`, async () => {
      await using server = await testServer()
      await plant(server.home, { file: 'old' })
      using first = await FtpClient.login(server.port)
      using second = await FtpClient.login(server.port)
      const socket = await beginUpload(server, first, 'file')
      assert.equal((await second.upload(line, ', and more')).code, 450)
      const { path, reason } = await lastFailure(server)
      assert.deepEqual([path, reason], ['/file', 'busy'])
      // Another name in the same folder is another matter, and so is STOU.
      assert.equal((await second.upload('STOR another', 'x')).code, 226)
      assert.equal((await second.upload('STOU file', 'x')).code, 226)
      assert.equal((await second.download('RETR file')).bytes.toString(), 'old')
      socket.end()
      assert.equal((await first.reply()).code, 226)
      assert.equal(await read(server.home, 'file'), 'some bytes')
      assert.equal((await second.upload(line, ', and more')).code, 226)
      const expected = line.startsWith('APPE') ? 'some bytes, and more' : ', and more'
      assert.equal(await read(server.home, 'file'), expected)
    })

  test('of two users in one home too', async () => {
    await using server = await testServer({ users: [{}, { name: 'other', home: 'acme' }] })
    using first = await FtpClient.login(server.port)
    using second = await FtpClient.login(server.port, { user: 'other' })
    const socket = await beginUpload(server, first, 'file')
    assert.equal((await second.upload('STOR file', 'x')).code, 450)
    socket.end()
    assert.equal((await first.reply()).code, 226)
    assert.equal((await second.upload('STOR file', 'x')).code, 226)
    assert.deepEqual(await readdir(server.home), ['file'])
  })
})

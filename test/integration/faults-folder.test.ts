import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { lastFailure } from '../helpers/broken-upload.js'
import { newest } from '../helpers/client-story.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { plant } from '../helpers/plant.js'
import { beginDownload, beginUpload, plantLarge } from '../helpers/running-transfer.js'
import { PASSWORD, testServer } from '../helpers/server.js'
import { stored } from '../helpers/stored.js'

async function logIn(client: FtpClient): Promise<number> {
  assert.equal((await client.command('USER acme')).code, 331)
  return (await client.command(`PASS ${PASSWORD}`)).code
}

/** Everything that would look at the home, or change it. */
const COMMANDS = [
  'CWD /d',
  'CDUP',
  'MLST /',
  'SIZE f',
  'MDTM f',
  'HASH f',
  'MKD new',
  'RMD d',
  'DELE f',
  'RNFR f',
]
const DOWNLOADS = ['LIST', 'NLST d', 'MLSD', 'RETR f']
const UPLOADS = ['STOR new', 'STOR d/new', 'APPE f', 'STOU']

describe('a home that is gone', () => {
  test('is 451 for its sessions and for logins, and harms nobody else; once it is back all goes on', async () => {
    await using server = await testServer({ users: [{}, { name: 'other' }] })
    await plant(server.home, { f: 'f', 'd/g': 'g' })
    await plantLarge(server.home)
    using client = await FtpClient.login(server.port)
    using beneath = await FtpClient.login(server.port)
    using uploads = await FtpClient.login(server.port)
    using downloads = await FtpClient.login(server.port)
    using other = await FtpClient.login(server.port, { user: 'other' })
    using late = await FtpClient.connect(server.port)
    assert.equal((await beneath.command('CWD d')).code, 250)
    const upload = await beginUpload(server, uploads, 'd/up')
    const download = await beginDownload(downloads, 'large')
    const elsewhere = await beginUpload(server, other, 'elsewhere')
    await rm(server.home, { recursive: true })

    for (const session of [client, beneath]) {
      for (const line of COMMANDS) {
        assert.equal((await session.command(line)).code, 451, line)
        assert.equal((await newest(server, 'command.rejected')).reason, 'storage_error', line)
      }
      for (const line of DOWNLOADS) assert.equal((await session.download(line)).reply.code, 451, line)
      assert.equal((await newest(server, 'file.download_failed')).reason, 'storage_error')
      for (const line of UPLOADS) {
        assert.equal((await session.upload(line, 'x')).code, 451, line)
        assert.equal((await lastFailure(server)).reason, 'storage_error', line)
      }
    }
    assert.equal(await logIn(late), 451)
    assert.equal((await newest(server, 'command.rejected')).reason, 'storage_error')
    upload.end()
    assert.equal((await uploads.reply()).code, 451)
    const { path, reason, kept } = await lastFailure(server)
    assert.deepEqual([path, reason, kept], ['/d/up', 'storage_error', false])
    // What was open is read to its end.
    download.resume()
    assert.equal((await downloads.reply()).code, 226)
    elsewhere.end()
    assert.equal((await other.reply()).code, 226)

    await mkdir(server.home)
    await plant(server.home, { f: 'f again' })
    assert.equal(await logIn(late), 230)
    for (const session of [client, uploads, downloads, late]) {
      assert.equal((await session.command('CWD /')).code, 250)
      assert.equal((await session.download('RETR f')).bytes.toString(), 'f again')
      assert.equal((await session.upload('STOR new', 'new')).code, 226)
      assert.deepEqual((await session.download('NLST')).bytes.toString().split('\r\n').sort(), [
        '',
        'f',
        'new',
      ])
      assert.equal((await session.command('DELE new')).code, 250)
    }
    // The folder it is in is not there any more, and now that can be said.
    assert.equal((await beneath.download('LIST')).reply.code, 550)
    assert.equal((await beneath.command('CWD /')).code, 250)
    assert.deepEqual(await readdir(server.home), ['f'])
  })

  test('because it was moved: its sessions go on in it, new ones begin when it is back', async () => {
    await using server = await testServer()
    await plant(server.home, { f: 'f', 'd/g': 'g' })
    using client = await FtpClient.login(server.port)
    using busy = await FtpClient.login(server.port)
    using late = await FtpClient.connect(server.port)
    const socket = await beginUpload(server, busy, 'd/up')
    const away = `${server.home}.away`
    await rename(server.home, away)
    assert.equal((await client.upload('STOR d/new', 'new')).code, 226)
    assert.equal((await client.download('RETR f')).bytes.toString(), 'f')
    assert.equal(await logIn(late), 451)
    socket.end()
    assert.equal((await busy.reply()).code, 226)
    assert.deepEqual((await readdir(join(away, 'd'))).sort(), ['g', 'new', 'up'])
    await rename(away, server.home)
    assert.equal(await logIn(late), 230)
    assert.equal((await late.download('RETR d/up')).bytes.toString(), 'some bytes')
    assert.equal((await client.download('RETR d/up')).bytes.toString(), 'some bytes')
  })
})

describe('in the middle of an upload', () => {
  const begin = async () => {
    const server = await testServer()
    await plant(server.home, { 'd/file': 'old' })
    const client = await FtpClient.login(server.port)
    const other = await FtpClient.login(server.port)
    const socket = await beginUpload(server, client, 'd/file')
    return {
      server,
      other,
      /** The final reply to the upload. */
      finish: async () => {
        socket.end()
        return (await client.reply()).code
      },
      read: (path: string) => readFile(join(server.home, path), 'utf8'),
      files: (folder: string) => stored(join(server.home, folder)),
      async [Symbol.asyncDispose]() {
        client[Symbol.dispose]()
        other[Symbol.dispose]()
        await server[Symbol.asyncDispose]()
      },
    }
  }

  test('its target cannot be deleted, nor its folder removed or anything renamed over it', async () => {
    await using s = await begin()
    await plant(s.server.home, { 'd/another': 'another' })
    assert.equal((await s.other.command('DELE d/file')).code, 450)
    assert.equal((await newest(s.server, 'command.rejected')).reason, 'busy')
    assert.equal((await s.other.command('RMD d')).code, 550)
    assert.equal((await s.other.command('RNFR d/another')).code, 350)
    assert.equal((await s.other.command('RNTO d/file')).code, 450)
    assert.equal(await s.finish(), 226)
    assert.equal(await s.read('d/file'), 'some bytes')
    assert.equal((await s.other.command('DELE d/file')).code, 250)
  })

  test('its target may be renamed: the old version goes, the new one takes the name', async () => {
    await using s = await begin()
    assert.equal((await s.other.command('RNFR d/file')).code, 350)
    assert.equal((await s.other.command('RNTO d/kept')).code, 250)
    assert.equal(await s.finish(), 226)
    assert.deepEqual([await s.read('d/kept'), await s.read('d/file')], ['old', 'some bytes'])
  })

  test('its folder may be renamed: the upload goes with it', async () => {
    await using s = await begin()
    assert.equal((await s.other.command('RNFR d')).code, 350)
    assert.equal((await s.other.command('RNTO e')).code, 250)
    assert.equal(await s.finish(), 226)
    assert.equal(await s.read('e/file'), 'some bytes')
    assert.deepEqual(await readdir(s.server.home), ['e'])
  })

  test('on the host its target is deleted: the upload makes it anew', async () => {
    await using s = await begin()
    await rm(join(s.server.home, 'd', 'file'))
    assert.equal(await s.finish(), 226)
    assert.equal(await s.read('d/file'), 'some bytes')
  })

  test('on the host its folder is replaced: 451, and the new folder is left alone', async () => {
    await using s = await begin()
    await rm(join(s.server.home, 'd'), { recursive: true })
    await plant(s.server.home, { 'd/file': 'the host’s' })
    assert.equal(await s.finish(), 451)
    const { reason, kept } = await lastFailure(s.server)
    assert.deepEqual([reason, kept], ['storage_error', false])
    assert.deepEqual(
      s.server.logged.map(line => line.slice(0, line.indexOf(' ('))),
      ['warn: command failed'],
    )
    assert.deepEqual(await readdir(join(s.server.home, 'd')), ['file'])
    assert.equal(await s.read('d/file'), 'the host’s')
    assert.equal((await s.other.upload('STOR d/file', 'new')).code, 226)
    assert.deepEqual(await s.files('d'), ['file'])
  })
})

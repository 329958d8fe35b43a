import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ownerPrefix, partialName } from '../../src/files/partial-name.js'
import { lastFailure } from '../helpers/broken-upload.js'
import { partialWithBytes } from '../helpers/client-story.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { type TestServer, testServer } from '../helpers/server.js'

const NEW = randomBytes(2_000_003)

describe('an upload that ends otherwise', () => {
  /** More than the server waits for before it writes. */
  const half = NEW.subarray(0, 1_900_000)

  /** Begins an upload of which some bytes are on disk. */
  async function begin(server: TestServer, client: FtpClient, line = 'STOR file') {
    const arrived = partialWithBytes(server.home)
    const socket = await client.data(await client.passive())
    assert.equal((await client.command(line)).code, 150)
    socket.resume().write(half)
    await arrived
    return socket
  }

  const ends: [
    what: string,
    config: Record<string, Record<string, unknown>>,
    end: (client: FtpClient, server: TestServer) => Promise<unknown>,
  ][] = [
    [
      'ABOR',
      {},
      async client => {
        client.send('ABOR\r\n')
        assert.equal((await client.reply()).code, 426)
        assert.equal((await client.reply()).code, 226)
      },
    ],
    [
      'a stall',
      { server: { listen: { host: '127.0.0.1', port: 0 }, timeouts: { dataStall: '300ms' } } },
      async client => assert.equal((await client.reply()).code, 426),
    ],
    [
      'the end of its control connection',
      {},
      async (client, server) => {
        client.socket.destroy()
        await server.portcullis.stop('test')
      },
    ],
    [
      'the end of the server',
      { server: { listen: { host: '127.0.0.1', port: 0 }, shutdownGrace: '100ms' } },
      (_client, server) => server.portcullis.stop('test'),
    ],
  ]
  for (const [what, config, end] of ends)
    test(`by ${what} is kept`, async () => {
      await using server = await testServer({ config })
      using client = await FtpClient.login(server.port)
      const socket = await begin(server, client)
      await end(client, server)
      socket.destroy()
      const { kept, bytes } = await lastFailure(server)
      assert.equal(kept, true)
      const [partial = ''] = await readdir(server.home)
      const content = await readFile(join(server.home, partial))
      assert.equal(content.length, bytes)
      assert.ok(half.subarray(0, content.length).equals(content))
    })

  test('because it is too large, or in TYPE A, is not kept', async () => {
    await using server = await testServer({ config: { uploads: { maxSize: '1900KB' } } })
    using client = await FtpClient.login(server.port)
    assert.equal((await client.upload('STOR file', NEW)).code, 552)
    assert.equal((await lastFailure(server)).kept, false)
    await client.command('TYPE A')
    const socket = await begin(server, client, 'STOR lines')
    socket.destroy()
    assert.equal((await client.reply()).code, 426)
    const { kept, path } = await lastFailure(server)
    assert.deepEqual([kept, path], [false, '/lines'])
    assert.deepEqual(await readdir(server.home), [])
  })

  test('is not kept where `uploads.keepPartial` is 0s', async () => {
    await using server = await testServer({ config: { uploads: { keepPartial: '0s' } } })
    using client = await FtpClient.login(server.port)
    const socket = await begin(server, client)
    socket.destroy()
    assert.equal((await client.reply()).code, 426)
    assert.deepEqual(await readdir(server.home), [])
    assert.equal((await lastFailure(server)).kept, false)
  })
})

describe('a large upload that is resumed', () => {
  /** Sparse: it takes no room, but time to be read. */
  const LARGE = 1 << 28
  const partial = partialName(ownerPrefix('acme'), 'file')
  const hasty = () =>
    testServer({
      config: { server: { listen: { host: '127.0.0.1', port: 0 }, timeouts: { dataStall: '100ms' } } },
    })

  async function resume(server: TestServer, size: number) {
    await writeFile(join(server.home, partial), '')
    await truncate(join(server.home, partial), size)
    const client = await FtpClient.login(server.port)
    const port = await client.passive()
    await client.command(`REST ${size}`)
    const socket = await client.data(port)
    assert.equal((await client.command('STOR file')).code, 150)
    return { client, socket }
  }

  test('is no stall while the server reads what is there', async () => {
    await using server = await hasty()
    const { client, socket } = await resume(server, LARGE)
    using _client = client
    socket.resume().end('end')
    const { code, text } = await client.reply()
    assert.equal(code, 226)
    assert.match(text, new RegExp(`^Transfer complete, ${LARGE + 3} bytes stored, SHA-256 [0-9a-f]{64}`))
  })

  test('is aborted at once meanwhile, and kept', { timeout: 15_000 }, async () => {
    await using server = await hasty()
    const { client, socket } = await resume(server, 256 * LARGE)
    using _client = client
    client.send('ABOR\r\n')
    assert.equal((await client.reply()).code, 426)
    assert.equal((await client.reply()).code, 226)
    socket.destroy()
    assert.deepEqual(await readdir(server.home), [partial])
  })
})

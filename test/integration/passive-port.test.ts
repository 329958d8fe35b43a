import assert from 'node:assert/strict'
import { connect as connectTcp } from 'node:net'
import { describe, test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { beginDownload, beginUpload, clientOf, plantLarge } from '../helpers/running-transfer.js'
import { type TestServer, testServer } from '../helpers/server.js'

describe('a range of one passive port serves the next client after', { concurrency: true }, () => {
  /** `gone` resolves when the session is over at the server. */
  type Use = (client: FtpClient, server: TestServer, gone: () => Promise<unknown>) => Promise<void>
  const cases: [what: string, use: Use][] = [
    ['a whole upload', async client => assert.equal((await client.upload('STOR f', 'x')).code, 226)],
    ['a whole listing', async client => assert.equal((await client.download('LIST')).reply.code, 226)],
    [
      'ABOR before the connection',
      async client => {
        await client.passive()
        assert.equal((await client.command('STOR f')).code, 150)
        assert.equal((await client.command('ABOR')).code, 426)
        assert.equal((await client.reply()).code, 226)
      },
    ],
    [
      'ABOR in the transfer',
      async (client, server) => {
        const socket = await beginUpload(server, client, 'f')
        assert.equal((await client.command('ABOR')).code, 426)
        assert.equal((await client.reply()).code, 226)
        socket.destroy()
      },
    ],
    [
      'no connection in time',
      async client => {
        await client.passive()
        assert.equal((await client.command('STOR f')).code, 150)
        assert.equal((await client.reply()).code, 425)
      },
    ],
    [
      'a stall',
      async (client, server) => {
        const socket = await beginUpload(server, client, 'f')
        assert.equal((await client.reply()).code, 426)
        socket.destroy()
      },
    ],
    [
      'a handshake that resumed nothing',
      async client => {
        const socket = await client.data(await client.passive(), { ticket: null })
        assert.equal((await client.command('STOR f')).code, 150)
        assert.equal((await client.reply()).code, 522)
        socket.destroy()
      },
    ],
    [
      'a handshake that was none',
      async client => {
        const socket = connectTcp({ host: '127.0.0.1', port: await client.passive() })
        socket.on('error', () => {}).resume()
        socket.write('clear text')
        assert.equal((await client.command('STOR f')).code, 150)
        assert.equal((await client.reply()).code, 522)
        socket.destroy()
      },
    ],
    [
      'a refused command and ABOR',
      async client => {
        await client.passive()
        assert.equal((await client.command('RETR absent')).code, 550)
        assert.equal((await client.command('ABOR')).code, 225)
      },
    ],
    [
      'QUIT behind EPSV',
      async client => {
        await client.passive()
        assert.equal((await client.command('QUIT')).code, 221)
        await client.ended()
      },
    ],
    [
      'USER behind EPSV',
      async client => {
        await client.passive()
        await client.passive()
        assert.equal((await client.command('USER acme')).code, 331)
      },
    ],
    [
      'a client that is gone behind EPSV',
      async (client, _server, gone) => {
        await client.passive()
        client.socket.destroy()
        await gone()
      },
    ],
    [
      'a client that is gone while the server waits for it',
      async (client, _server, gone) => {
        await client.passive()
        assert.equal((await client.command('STOR f')).code, 150)
        client.socket.destroy()
        await gone()
      },
    ],
    [
      'a client that is gone in its upload',
      async (client, server, gone) => {
        const socket = await beginUpload(server, client, 'f')
        client.socket.destroy()
        await gone()
        socket.destroy()
      },
    ],
    [
      'a client that is gone in its download',
      async (client, _server, gone) => {
        const socket = await beginDownload(client, 'large')
        client.socket.destroy()
        await gone()
        socket.destroy()
      },
    ],
    [
      'a data connection that is gone in the transfer',
      async client => {
        const socket = await beginDownload(client, 'large')
        socket.destroy()
        assert.equal((await client.reply()).code, 426)
      },
    ],
  ]

  for (const [what, use] of cases)
    test(what, async () => {
      const timeouts = { dataConnect: '1s', dataStall: '1s' }
      const config = { server: { listen: { host: '127.0.0.1', port: 0 }, timeouts } }
      await using server = await testServer({ ports: 1, config })
      await plantLarge(server.home)
      using client = await FtpClient.login(server.port)
      using next = await FtpClient.login(server.port)
      const who = clientOf(client)
      await use(client, server, () => recorded(server, { event: 'session.ended', client: who }))
      const { bytes, reply } = await next.download('RETR small')
      assert.deepEqual([bytes.toString(), reply.code], ['small', 226])
    })
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import type { ConnectionOptions } from 'node:tls'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'

const versions: [name: string, options: ConnectionOptions][] = [
  ['TLS 1.2', { maxVersion: 'TLSv1.2' }],
  ['TLS 1.3', { minVersion: 'TLSv1.3' }],
]

/** A listing whose data connection offers this session; says whether it resumed and what it may resume next. */
async function list(client: FtpClient, ticket: Buffer | null) {
  const socket = await client.data(await client.passive(), { ticket })
  let next: Buffer | undefined
  let resumed: boolean | undefined
  socket.once('secureConnect', () => {
    resumed = socket.isSessionReused()
  })
  socket.on('session', session => {
    next = session
  })
  assert.equal((await client.command('LIST')).code, 150)
  socket.resume()
  await once(socket, 'close')
  const { code } = await client.reply()
  return { code, resumed, next }
}

for (const [name, tls] of versions)
  describe(`the TLS session of a data connection, ${name}`, () => {
    test('is the control connection’s, however often that is resumed', async () => {
      await using server = await testServer()
      using client = await FtpClient.login(server.port, tls)
      for (let round = 0; round < 12; round++) {
        const { code, resumed } = await list(client, client.ticket ?? null)
        assert.deepEqual({ code, resumed }, { code: 226, resumed: true })
      }
    })

    test('that did not resume does not open the next', async () => {
      await using server = await testServer({ users: [{ compat: { dataSession: 'prefer' } }] })
      using client = await FtpClient.login(server.port, tls)
      const fresh = await list(client, null)
      assert.equal(fresh.resumed, false)
      assert.ok(fresh.next)
      assert.equal((await list(client, fresh.next)).resumed, false)
      assert.equal((await list(client, client.ticket ?? null)).resumed, true)
    })
  })

test('TLS 1.3 gives a client a new session with each that is resumed, since some use each only once', async () => {
  await using server = await testServer()
  using client = await FtpClient.login(server.port, { minVersion: 'TLSv1.3' })
  await client.command('NOOP')
  let ticket = client.ticket
  for (let round = 0; round < 12; round++) {
    assert.ok(ticket, `round ${round}`)
    const { code, next } = await list(client, ticket)
    assert.equal(code, 226)
    ticket = next
  }
})

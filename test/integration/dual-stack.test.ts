import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { describe, test } from 'node:test'
import { closed } from '../helpers/closed.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { testServer } from '../helpers/server.js'

const hasIPv6 = Object.values(networkInterfaces()).some(list =>
  list?.some(({ address }) => address === '::1'),
)
const skip = hasIPv6 ? false : 'this machine has no ::1'

const dualStack = (compat = {}) =>
  testServer({
    config: {
      server: { listen: { host: '::', port: 0 } },
      passive: { publicAddress: '127.0.0.1' },
    },
    users: [{ compat }],
  })

const BY_IPV4 = { host: '127.0.0.1' }

async function pasv(client: FtpClient): Promise<number> {
  const { code, text } = await client.command('PASV')
  assert.equal(code, 227)
  const [, high, low] = /\(127,0,0,1,(\d+),(\d+)\)/.exec(text) ?? []
  return Number(high) * 256 + Number(low)
}

describe('PASV for a client that came by IPv6', { skip }, () => {
  test('opens a port for IPv4, where the TLS session tells who it is', async () => {
    await using server = await dualStack()
    // Node 26 resumes a session only under the name it was made for.
    using client = await FtpClient.login(server.port, { host: '::1', servername: 'localhost' })
    const port = await pasv(client)
    const stranger = await client.data(port, { ...BY_IPV4, ticket: null })
    assert.equal((await client.command('LIST')).code, 150)
    await closed(stranger)
    const rejected = await recorded(server, { event: 'data.rejected', reason: 'not_resumed' })
    assert.equal(rejected.address, '127.0.0.1')
    const socket = await client.data(port, BY_IPV4)
    socket.resume()
    assert.equal((await client.reply()).code, 226)
  })

  test('is refused to a user who need not show a TLS session', async () => {
    await using server = await dualStack({ dataSession: 'prefer' })
    using client = await FtpClient.login(server.port, { host: '::1' })
    assert.equal((await client.command('PASV')).code, 425)
    assert.equal((await client.upload('STOR f', 'six')).code, 226)
  })

  test('by IPv4 nothing of that holds', async () => {
    await using server = await dualStack()
    using client = await FtpClient.login(server.port)
    const port = await pasv(client)
    const stranger = await client.data(port, { localAddress: '127.0.0.2' })
    await closed(stranger)
    await recorded(server, { event: 'data.rejected', reason: 'foreign_address' })
  })
})

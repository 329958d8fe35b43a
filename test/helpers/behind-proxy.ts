import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { closed } from './closed.js'
import type { FtpClient } from './ftp-client.js'
import { lineFrom, Proxied, type Sending } from './proxied.js'
import { binaryHeader, ends4 } from './proxy-header.js'
import { testServer } from './server.js'

/** Whom the headers below name. */
export const CLIENT = '192.0.2.1'
export const TEXT = lineFrom(CLIENT)
export const BINARY = binaryHeader(0x21, 0x11, ends4)
/** What lets the connection stand for the load balancer itself. */
export const LOCAL = binaryHeader(0x20, 0)

interface Options {
  readonly data?: boolean
  readonly server?: Readonly<Record<string, unknown>>
  readonly user?: Readonly<Record<string, unknown>>
}

/** A server behind a load balancer at 127.0.0.1; other loopback addresses are nobody's. */
export const behindProxy = ({ data = true, server = {}, user = {} }: Options = {}) =>
  testServer({
    config: {
      server: {
        ...{ listen: { host: '127.0.0.1', port: 0 }, shutdownGrace: '1s', maxSessionsPerAddress: 500 },
        proxyProtocol: { from: ['127.0.0.1/32'], data },
        ...server,
      },
    },
    users: [user],
  })

/** All that the server says on a connection that sends these bytes. */
export async function answer(
  port: number,
  bytes: Buffer | string,
  localAddress = '127.0.0.1',
): Promise<Buffer> {
  const socket = connectTcp({ port, host: '127.0.0.1', localAddress })
  const received: Buffer[] = []
  socket.on('data', chunk => received.push(chunk))
  socket.write(bytes)
  await closed(socket)
  return Buffer.concat(received)
}

/** STOR over a data connection through the load balancer; the final reply. */
export async function upload(client: FtpClient, header: Buffer | string, bytes: Buffer, sending?: Sending) {
  const through = await Proxied.connect(await client.passive(), header, sending)
  const socket = await client.data(0, { socket: through })
  assert.equal((await client.command('STOR f')).code, 150)
  if (socket.secureConnecting !== false) await once(socket, 'secureConnect')
  socket.resume().end(bytes)
  return await client.reply()
}

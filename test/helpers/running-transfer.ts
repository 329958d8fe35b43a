import assert from 'node:assert/strict'
import { once } from 'node:events'
import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { FtpClient } from './ftp-client.js'
import { plant } from './plant.js'
import { recorded } from './recorded.js'
import type { TestServer } from './server.js'

/** More than the buffers of two sockets hold. */
const LARGE_BYTES = 64 << 20

/** The `client` of the audit records about this client. */
export const clientOf = (client: FtpClient) => ({ address: '127.0.0.1', port: client.socket.localPort })

/** An upload that is under way: its data connection is up at the server too, and some bytes are sent. */
export async function beginUpload(server: TestServer, client: FtpClient, name: string) {
  const socket = await client.data(await client.passive())
  assert.equal((await client.command(`STOR ${name}`)).code, 150)
  socket.resume().write('some bytes')
  await recorded(server, { event: 'data.opened', client: clientOf(client) })
  return socket
}

/** A download that is under way and cannot end, because nobody reads it. */
export async function beginDownload(client: FtpClient, name: string) {
  const socket = await client.data(await client.passive())
  assert.equal((await client.command(`RETR ${name}`)).code, 150)
  await once(socket, 'readable')
  return socket
}

/** Makes `large`, a file that takes no room, and `small`. */
export async function plantLarge(home: string): Promise<void> {
  await plant(home, { large: '', small: 'small' })
  await truncate(join(home, 'large'), LARGE_BYTES)
}

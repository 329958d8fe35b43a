import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Cutter } from './cutter.js'
import type { FtpClient, ReplyText } from './ftp-client.js'
import { type TestServer, testServer } from './server.js'

/** Bytes of a file in one TLS record of Node's. */
export const PLAIN = 16_384

/** Two users in one home: what is one's own unfinished upload is nothing to the other. */
export const sharedHome = () => testServer({ users: [{}, { name: 'other', home: 'acme' }] })

/** An upload whose TCP connection ends inside the given record, or before it: the final reply. */
export async function brokenUpload(
  client: FtpClient,
  line: string,
  bytes: Buffer,
  { how, after }: { how: 'FIN' | 'RST'; after: number },
): Promise<ReplyText> {
  const cutter = await Cutter.connect(await client.passive(), how)
  const socket = await client.data(0, { socket: cutter })
  const secured = once(socket, 'secureConnect')
  assert.equal((await client.command(line)).code, 150)
  await secured
  cutter.left = after
  socket.write(bytes)
  const reply = await client.reply()
  socket.destroy()
  return reply
}

/** Where a client that compares sizes goes on. */
export async function remoteSize(client: FtpClient, name: string): Promise<number> {
  const { code, text } = await client.command(`SIZE ${name}`)
  return code === 213 ? Number(text) : 0
}

export const lastFailure = async (server: TestServer) =>
  (await server.audit()).findLast(({ event }) => event === 'file.upload_failed') ?? {}

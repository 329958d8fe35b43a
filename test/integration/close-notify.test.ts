import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { Cutter } from '../helpers/cutter.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'

/** Length of an encrypted alert: two bytes, with what the version adds. */
const ALERT = { 'TLSv1.2': 26, 'TLSv1.3': 19 }

/** The last TLS record that came in; the server's alert, if it closed properly (RFC 8446 §6.1). */
function lastRecord(tcp: Socket): () => number {
  const chunks: Buffer[] = []
  tcp.on('data', chunk => chunks.push(chunk))
  return () => {
    const bytes = Buffer.concat(chunks)
    let length = 0
    for (let at = 0; at + 5 <= bytes.length; at += 5 + length) length = bytes.readUInt16BE(at + 3)
    return length
  }
}

interface Transfer {
  readonly what: string
  readonly command: string
  readonly use: (socket: TLSSocket) => void
  readonly code?: number
}

const transfers: Transfer[] = [
  { what: 'an upload', command: 'STOR file', use: socket => socket.end('hello') },
  { what: 'an empty upload', command: 'STOR file', use: socket => socket.end() },
  {
    what: 'an upload that was refused when all of it was there',
    command: 'STOR file',
    use: socket => socket.end('x'.repeat(100)),
    code: 552,
  },
  { what: 'a download', command: 'RETR full', use: () => {} },
  { what: 'an empty download', command: 'RETR empty', use: () => {} },
]

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  for (const { what, command, use, code = 226 } of transfers)
    test(`${what} ends with the server's close_notify, ${version}`, async () => {
      await using server = await testServer({ users: [{ quota: { size: '50B' } }] })
      await writeFile(join(server.home, 'full'), 'content')
      await writeFile(join(server.home, 'empty'), '')
      using client = await FtpClient.login(server.port, { minVersion: version, maxVersion: version })
      const port = await client.passive()
      const line = await Cutter.connect(port)
      const last = lastRecord(line.tcp)
      client.send(`${command}\r\n`)
      assert.equal((await client.reply()).code, 150)
      const socket = await client.data(port, { socket: line })
      socket.resume()
      await once(socket, 'secureConnect')
      use(socket)
      await once(socket, 'end')
      assert.equal((await client.reply()).code, code)
      assert.equal(last(), ALERT[version])
      socket.destroy()
    })

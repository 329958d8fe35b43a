import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { Cutter } from '../helpers/cutter.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'

/** Two bytes of alert; TLS 1.3 adds a type and 16 of tag, TLS 1.2 with GCM 8 of nonce and the tag. */
const ALERT = { 'TLSv1.2': 2 + 24, 'TLSv1.3': 2 + 17 } as const

/** Length of the last TLS record that came in; the server's alert, if it closed properly (RFC 8446 §5.1, §6.1). */
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

// FileZilla and WinSCP wait for it, Python raises an error without. Short ones, where little else is under way.
const transfers: readonly { what: string; command: string; sent?: string; code?: number }[] = [
  { what: 'an empty upload', command: 'STOR file', sent: '' },
  { what: 'an upload of a byte', command: 'STOR file', sent: 'x' },
  { what: 'an upload', command: 'STOR file', sent: 'hello' },
  { what: 'a longer upload', command: 'STOR file', sent: 'y'.repeat(100_000) },
  {
    what: 'an upload refused when all was there',
    command: 'STOR other',
    sent: 'z'.repeat(20_000),
    code: 552,
  },
  { what: 'a download', command: 'RETR full' },
  { what: 'an empty download', command: 'RETR empty' },
]

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  for (const resumed of [true, false])
    test(`transfers end with the server's close_notify, ${version}, ${resumed ? 'resumed' : 'in full'}`, async () => {
      await using server = await testServer({
        users: [{ compat: { dataSession: 'prefer' }, quota: { size: '110000B' } }],
      })
      await writeFile(join(server.home, 'full'), 'content')
      await writeFile(join(server.home, 'empty'), '')
      using client = await FtpClient.login(server.port, { minVersion: version, maxVersion: version })
      for (const { what, command, sent, code = 226 } of transfers) {
        const port = await client.passive()
        const line = await Cutter.connect(port)
        const last = lastRecord(line.tcp)
        assert.equal((await client.command(command)).code, 150, what)
        const socket = await client.data(port, { socket: line, ...(resumed ? {} : { ticket: null }) })
        socket.resume()
        // It may be over with the last bytes of the handshake.
        const ended = once(socket, 'end')
        await once(socket, 'secureConnect')
        assert.equal(socket.isSessionReused(), resumed, what)
        if (sent !== undefined) socket.end(sent)
        await ended
        assert.equal((await client.reply()).code, code, what)
        assert.equal(last(), ALERT[version], what)
        socket.destroy()
      }
    })

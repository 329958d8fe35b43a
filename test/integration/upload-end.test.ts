import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'

/** Lengths of the TLS records in what one side sent (RFC 8446 §5.1). */
function recordLengths(sent: Buffer): number[] {
  const lengths: number[] = []
  for (let at = 0; at < sent.length; at += 5 + sent.readUInt16BE(at + 3))
    lengths.push(sent.readUInt16BE(at + 3))
  return lengths
}

/** A relay to a port, for one connection; `sent` is what came from there, when it has ended. */
async function overheard(port: number): Promise<{ port: number; sent: Promise<Buffer> }> {
  const relay = createServer()
  await once(relay.listen(0, '127.0.0.1'), 'listening')
  const sent = once(relay, 'connection').then(async ([client]) => {
    relay.close()
    const server = connect({ port, host: '127.0.0.1' })
    const chunks: Buffer[] = []
    server.on('data', chunk => {
      chunks.push(chunk)
      client.write(chunk)
    })
    server.once('end', () => client.end())
    client.pipe(server)
    await once(server, 'end')
    return Buffer.concat(chunks)
  })
  return { port: (relay.address() as AddressInfo).port, sent }
}

/** Two bytes of alert; TLS 1.3 adds a type and 16 of tag, TLS 1.2 with GCM 8 of nonce and the tag. */
const ALERT = { 'TLSv1.2': 2 + 24, 'TLSv1.3': 2 + 17 } as const

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  for (const resumed of [true, false])
    test(`an upload is ended with close_notify, ${version}, ${resumed ? 'resumed' : 'in full'}`, async () => {
      await using server = await testServer({ users: [{ compat: { dataSession: 'prefer' } }] })
      using client = await FtpClient.login(server.port, { minVersion: version, maxVersion: version })
      // FileZilla and WinSCP wait for it, Python raises an error without. Short ones, where little else is under way.
      for (const bytes of ['', 'x', 'y'.repeat(100_000)]) {
        const wire = await overheard(await client.passive())
        const socket = await client.data(wire.port, resumed ? {} : { ticket: null })
        assert.equal((await client.command('STOR a')).code, 150)
        if (socket.secureConnecting) await once(socket, 'secureConnect')
        assert.equal(socket.isSessionReused(), resumed)
        socket.resume().end(bytes)
        const lengths = recordLengths(await wire.sent)
        assert.equal((await client.reply()).code, 226)
        assert.equal(lengths.at(-1), ALERT[version])
        socket.destroy()
      }
    })

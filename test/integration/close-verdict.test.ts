import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { endpoint } from '../../src/core/endpoint.js'
import type { CloseVerdict } from '../../src/core/transfer.js'
import { prepareTls, SessionContexts } from '../../src/tls/contexts.js'
import { TlsControlConnection } from '../../src/tls/control-connection.js'
import { secureData } from '../../src/tls/secure-data.js'
import { testCertificate } from '../helpers/certificate.js'
import { Cutter } from '../helpers/cutter.js'

interface Seen {
  readonly verdict: CloseVerdict
  readonly bytes: number
  readonly resumed: boolean
}

/** A server that says of each connection how it was closed. Its first one is the control connection. */
async function witness(options: ConnectionOptions) {
  const contexts = new SessionContexts(
    prepareTls({ certificates: [await testCertificate()], minVersion: 'TLSv1.2' }),
  )
  const tls = contexts.take()
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connection = async () => ((await once(server, 'connection')) as [Socket])[0]
  const next = async (): Promise<Seen> => {
    const secured = await secureData(await connection(), tls)
    let bytes = 0
    let chunks = 0
    secured.stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      chunks++
    })
    // An empty one may have been over before anybody looked.
    if (!secured.stream.readableEnded) await once(secured.stream, 'end')
    const verdict = secured.verdict(bytes, chunks)
    secured.stream.destroy()
    return { verdict, bytes, resumed: secured.resumed }
  }
  const control = async () => {
    const raw = await connection()
    const ends = { peer: endpoint('127.0.0.1', 1), local: endpoint('127.0.0.1', port) }
    const accepted = await TlsControlConnection.accept(raw, tls, ends, AbortSignal.timeout(10_000))
    // The sessions are given out behind the handshake.
    await accepted.write(Buffer.from('220\r\n'))
    await accepted[Symbol.asyncDispose]()
  }
  const [, session] = await Promise.all([
    control(),
    dial(port, options, socket => socket.once('end', () => socket.end())),
  ])
  assert.ok(session)
  return { port, next, session, [Symbol.dispose]: () => server.close() }
}

/** Runs one client over TCP of our own, so that the test decides what the last bytes on the wire are. */
async function dial(port: number, options: ConnectionOptions, use: (tls: TLSSocket, tcp: Socket) => void) {
  const tcp = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true })
  await once(tcp, 'connect')
  const socket = connect({ ...options, socket: tcp, rejectUnauthorized: false })
  socket.on('error', () => {})
  let session: Buffer | undefined
  socket.on('session', ticket => {
    session = ticket
  })
  await once(socket, 'secureConnect')
  socket.resume()
  use(socket, tcp)
  await once(socket, 'close')
  return session
}

const suites: [version: 'TLSv1.2' | 'TLSv1.3', cipher: string][] = [
  ['TLSv1.3', 'TLS_AES_128_GCM_SHA256'],
  ['TLSv1.3', 'TLS_AES_256_GCM_SHA384'],
  ['TLSv1.3', 'TLS_CHACHA20_POLY1305_SHA256'],
  ['TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['TLSv1.2', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['TLSv1.2', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
]
const sizes = [0, 1, 21, 22, 29, 16_384, 16_385, 300_000]

for (const [version, cipher] of suites)
  describe(`${version} ${cipher}`, () => {
    const options: ConnectionOptions = { minVersion: version, maxVersion: version, ciphers: cipher }

    test('a close_notify is seen, on a full handshake and a resumed one', async () => {
      using server = await witness(options)
      for (const size of sizes)
        for (const session of [undefined, server.session]) {
          const [seen] = await Promise.all([
            server.next(),
            dial(server.port, { ...options, session }, tls => tls.end(Buffer.alloc(size, 1))),
          ])
          const resumed = session !== undefined
          assert.deepEqual(seen, { verdict: 'clean', bytes: size, resumed }, `${size} bytes`)
        }
    })

    test('a bare FIN is seen', async () => {
      using server = await witness(options)
      for (const size of sizes)
        for (const session of [undefined, server.session]) {
          const cut = (tls: TLSSocket, tcp: Socket) =>
            tls.write(Buffer.alloc(size, 1), () => {
              tls.once('end', () => tls.destroy())
              tcp.end()
            })
          const [seen] = await Promise.all([server.next(), dial(server.port, { ...options, session }, cut)])
          const resumed = session !== undefined
          assert.deepEqual(seen, { verdict: 'cut', bytes: size, resumed }, `${size} bytes`)
        }
    })

    test('a FIN inside a record is not taken for a close', async () => {
      using server = await witness(options)
      const record = 16_384 + (version === 'TLSv1.3' || cipher.includes('CHACHA20') ? 22 : 29)
      for (const into of [1, 2, 4, 5, 6, 8, 10, 26, 53, 68, 90, 5000, 16_400]) {
        const seen = server.next()
        const cutter = await Cutter.connect(server.port)
        const tls = connect({ ...options, socket: cutter, rejectUnauthorized: false })
        tls.on('error', () => {})
        await once(tls, 'secureConnect')
        cutter.left = 2 * record + into
        tls.write(Buffer.alloc(5 * 16_384))
        const { verdict } = await seen
        assert.notEqual(verdict, 'clean', `${into} bytes into a record`)
        tls.destroy()
        cutter.destroy()
      }
    })
  })

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { describe, test } from 'node:test'
import { connect } from 'node:tls'
import fc from 'fast-check'
import { offeredName, offeredSession } from '../../../src/tls/client-hello.js'

/** What a client says first. */
async function clientHello(servername = 'localhost'): Promise<Buffer> {
  const wire = new Duplex({
    read() {},
    write: (chunk, _encoding, done) => void wire.emit('said', chunk, done),
  })
  const said = once(wire, 'said')
  const client = connect({ socket: wire, servername })
  client.on('error', () => {})
  const [hello] = (await said) as [Buffer]
  client.destroy()
  return hello
}

const id = (fill: number, length = 32): Buffer => Buffer.alloc(length, fill)

/** A pre_shared_key extension (RFC 8446 §4.2.11) put behind the others of a ClientHello. */
function offering(hello: Buffer, ids: readonly Buffer[]): Buffer {
  const prefixed = (bytes: Buffer) =>
    Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
  const age = Buffer.alloc(4)
  const identities = prefixed(Buffer.concat(ids.flatMap(bytes => [prefixed(bytes), age])))
  const binders = prefixed(Buffer.alloc(33 * ids.length))
  const extension = Buffer.concat([Buffer.from([0, 41]), prefixed(Buffer.concat([identities, binders]))])
  const longer = Buffer.concat([hello, extension])
  const at = extensionsOf(hello)
  longer.writeUInt16BE(longer.readUInt16BE(at) + extension.length, at)
  return longer
}

/** Where the length of the extensions stands. */
function extensionsOf(hello: Buffer): number {
  let at = 43
  at += 1 + hello.readUInt8(at)
  at += 2 + hello.readUInt16BE(at)
  return at + 1 + hello.readUInt8(at)
}

describe('offeredSession', () => {
  test('finds none in a hello that offers none', async () => {
    assert.equal(offeredSession(await clientHello()), undefined)
  })

  test('finds the first of the ids that could be one of this server', async () => {
    const hello = await clientHello()
    const cases: [ids: Buffer[], found: Buffer | undefined][] = [
      [[id(1)], id(1)],
      [[id(1), id(2)], id(1)],
      [[id(1, 200), id(2)], id(2)],
      [[id(1, 200)], undefined],
    ]
    for (const [ids, found] of cases) assert.deepEqual(offeredSession(offering(hello, ids)), found)
  })

  test('takes whatever comes, cut anywhere', async () => {
    const hello = offering(await clientHello(), [id(1)])
    for (let length = 0; length < hello.length; length++) offeredSession(hello.subarray(0, length))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), bytes => void offeredSession(Buffer.from(bytes))),
    )
  })
})

describe('offeredName', () => {
  test('finds the name a client asks for, in lower case, and none where there is none', async () => {
    const cases: [asked: string, found: string | undefined][] = [
      ['localhost', 'localhost'],
      ['FTP.Example.com', 'ftp.example.com'],
      ['inner_host.example', 'inner_host.example'],
      ['', undefined],
      ['a/b', undefined],
      ['a b', undefined],
    ]
    for (const [asked, found] of cases) assert.equal(offeredName(await clientHello(asked)), found, asked)
  })

  test('takes whatever comes, cut anywhere', async () => {
    const hello = await clientHello()
    for (let length = 0; length < hello.length; length++) offeredName(hello.subarray(0, length))
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), bytes => void offeredName(Buffer.from(bytes))))
  })
})

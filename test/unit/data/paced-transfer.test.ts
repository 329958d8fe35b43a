import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { Fault } from '../../../src/core/fault.js'
import { Grants } from '../../../src/core/permission.js'
import type { ByteSink } from '../../../src/core/ports.js'
import { AnnouncedAddress } from '../../../src/data/announced-address.js'
import { Bandwidth } from '../../../src/data/bandwidth.js'
import { PassiveChannel } from '../../../src/data/channel.js'
import { listenHere } from '../../../src/data/local-connection.js'
import { PassivePorts } from '../../../src/data/passive-ports.js'
import { FakeClock } from '../../helpers/fake-clock.js'
import { passivePorts } from '../../helpers/ports.js'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const KiB = 1024
const RATE = 64 * KiB
const SIZE = 1024 * KiB
/** A quarter of a second, and one quantum. */
const BURST = (0.25 + 1 / 16) * RATE

const user = {
  name: 'acme',
  home: '/',
  grants: new Grants([]),
  compat: { dataSession: 'prefer', close: 'strict', ascii: 'convert', charset: 'utf-8' },
  mounts: [],
  maxSessions: undefined,
} as const

/** A data channel on real sockets without TLS, its user limited by a clock that a test moves. */
function scene(options: { dataStall?: number } = {}) {
  const clock = new FakeClock()
  const bandwidth = new Bandwidth(new Map([['acme', { upload: RATE, download: RATE }]]), clock)
  const end = { address: '127.0.0.1', port: 0, family: 4 } as const
  const [from = 0, to = 0] = passivePorts(4).split('-').map(Number)
  const ports = new PassivePorts(Array.from({ length: to - from + 1 }, (_, index) => from + index))
  const streams: Socket[] = []
  const channel = () =>
    new PassiveChannel({
      ...{ peer: end, reached: end, bandwidth },
      ...{ host: '127.0.0.1', hostForIPv4: undefined },
      announced: new AnnouncedAddress({ log: SILENT }),
      listen: order =>
        listenHere(ports, order, {
          record: () => {},
          origin: async () => ({ peer: end, headerBytes: 0 }),
          secure: async raw => {
            streams.push(raw)
            return {
              stream: raw,
              resumed: true,
              version: 'none',
              sendTickets: () => {},
              verdict: () => 'clean',
            }
          },
        }),
      timeouts: { dataConnect: 5000, handshake: 5000, dataStall: options.dataStall ?? 60_000 },
    })
  const open = async (through: PassiveChannel) => {
    const { port } = await through.listen(4, user)
    return connect(port, '127.0.0.1')
  }
  return { clock, bandwidth, streams, channel, open }
}

async function* source(size: number) {
  const chunk = Buffer.alloc(1024 * KiB, 'x')
  for (let rest = size; rest > 0; rest -= chunk.length) yield chunk.subarray(0, Math.min(rest, chunk.length))
}

function sink(): ByteSink & { bytes: number } {
  const self = {
    bytes: 0,
    async open() {},
    async write(chunks: readonly Uint8Array[]) {
      for (const chunk of chunks) self.bytes += chunk.length
    },
  }
  return self
}

async function collect(socket: Socket): Promise<number> {
  let bytes = 0
  for await (const chunk of socket) bytes += (chunk as Buffer).length
  return bytes
}

/** Lets time pass for as long as somebody waits for it. */
async function untilDone<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let over = false
  const done = work.finally(() => {
    over = true
  })
  while (!over) {
    await Promise.race([clock.armed(), done])
    clock.skip()
  }
  return await done
}

const signal = new AbortController().signal
const isAborted = (error: unknown) => error instanceof Fault && error.kind === 'aborted'

describe('a limited transfer', () => {
  test('down takes as long as the rate says, and every byte arrives', async () => {
    const { clock, bandwidth, channel, open } = scene()
    const through = channel()
    const client = await open(through)
    const arrived = collect(client)
    const sent = await untilDone(clock, through.send(source(SIZE), { signal, ascii: false }))
    assert.equal(sent.bytes, SIZE)
    assert.equal(await arrived, SIZE)
    assert.ok(clock.now() >= ((SIZE - BURST) / RATE) * 1000, `${clock.now()}`)
    assert.ok(clock.now() <= (SIZE / RATE) * 1000, `${clock.now()}`)
    clock.advance(1000)
    assert.equal(bandwidth.size, 0)
  })

  test('up takes as long as the rate says, and every byte is stored', async () => {
    const { clock, bandwidth, channel, open } = scene()
    const through = channel()
    const client = await open(through)
    client.resume().end(Buffer.alloc(SIZE, 'x'))
    const into = sink()
    const received = await untilDone(clock, through.receive(into, { signal, ascii: false }))
    assert.equal(received.bytes, SIZE)
    assert.equal(into.bytes, SIZE)
    // what one read brings beyond the allowance is paid for by the next
    assert.ok(clock.now() >= ((SIZE - BURST - 64 * KiB) / RATE) * 1000, `${clock.now()}`)
    assert.ok(clock.now() <= (SIZE / RATE) * 1000 + 1000, `${clock.now()}`)
    clock.advance(2000)
    assert.equal(bandwidth.size, 0)
  })

  test('moves no more than the burst while no time passes', async () => {
    const { clock, channel, open } = scene()
    const through = channel()
    const client = await open(through)
    let arrived = 0
    client.on('data', chunk => {
      arrived += chunk.length
    })
    const abort = new AbortController()
    const sending = through.send(source(SIZE), { signal: abort.signal, ascii: false })
    const failed = assert.rejects(sending, isAborted)
    await clock.armed()
    assert.equal(through.progress, BURST)
    abort.abort(new Fault('aborted'))
    await failed
    await once(client, 'close')
    assert.ok(arrived <= BURST)
  })

  test('does not count as stalled for what the server holds back', async () => {
    for (const direction of ['down', 'up']) {
      const { clock, streams, channel, open } = scene({ dataStall: 30_000 })
      const through = channel()
      const client = await open(through)
      const options = { signal, ascii: false }
      const work =
        direction === 'down' ? through.send(source(SIZE), options) : through.receive(sink(), options)
      client.resume()
      if (direction === 'up') client.end(Buffer.alloc(SIZE))
      await clock.armed()
      assert.equal(streams[0]?.timeout, 0, direction)
      await untilDone(clock, work)
    }
  })

  test('ends at once when aborted in a wait, and leaves its place to the next', async () => {
    for (const direction of ['down', 'up']) {
      const { clock, bandwidth, channel, open } = scene()
      const [through, other] = [channel(), channel()]
      const client = await open(through)
      client.on('error', () => {}).resume()
      if (direction === 'up') client.write(Buffer.alloc(SIZE))
      const abort = new AbortController()
      const options = { signal: abort.signal, ascii: false }
      const work =
        direction === 'down' ? through.send(source(SIZE), options) : through.receive(sink(), options)
      const failed = assert.rejects(work, isAborted)
      await clock.armed()
      const before = clock.now()
      abort.abort(new Fault('aborted'))
      await failed
      assert.equal(clock.now(), before)
      const arrived = collect(await open(other))
      await untilDone(clock, other.send(source(SIZE), { signal, ascii: false }))
      assert.equal(await arrived, SIZE)
      clock.advance(10_000)
      assert.equal(bandwidth.size, 0)
    }
  })

  test('shares with the others of its user: together they take as long as one after the other', async () => {
    const { clock, channel, open } = scene()
    const parallel = [1, 2, 3].map(async () => {
      const through = channel()
      const arrived = collect(await open(through))
      const { bytes } = await through.send(source(SIZE), { signal, ascii: false })
      return [bytes, await arrived]
    })
    const results = await untilDone(clock, Promise.all(parallel))
    assert.deepEqual(
      results,
      [1, 2, 3].map(() => [SIZE, SIZE]),
    )
    assert.ok(clock.now() >= ((3 * SIZE - BURST) / RATE) * 1000, `${clock.now()}`)
  })
})

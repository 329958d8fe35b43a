import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import type { AuditEvent } from '../../../src/core/audit-event.js'
import { Fault } from '../../../src/core/fault.js'
import type { DataConnection } from '../../../src/data/data-connection.js'
import { PassivePorts } from '../../../src/data/passive-ports.js'
import { DataWorkers } from '../../../src/data/workers.js'
import { POISON } from '../../helpers/plain-worker.js'
import { passivePorts } from '../../helpers/ports.js'

const PROGRAM = new URL('../../helpers/plain-worker.js', import.meta.url)
const UNLIMITED = { left: Number.POSITIVE_INFINITY, spend: () => {}, more: async () => {} }
const never = new AbortController().signal

const listen = {
  ...{ host: '127.0.0.1', peer: '127.0.0.1', otherFamily: false },
  ...{ requireResumption: false, requireCloseNotify: true },
  timeouts: { dataConnect: 5000, handshake: 5000, dataStall: 60_000 },
}

function scene({ count = 2, ports = 4 } = {}) {
  const [from = 0] = passivePorts(ports).split('-').map(Number)
  const range = new PassivePorts(Array.from({ length: ports }, (_, index) => from + index))
  const logged: string[] = []
  const log = { error: (_fields: object, message: string) => void logged.push(message) }
  const workers = new DataWorkers({ count, program: PROGRAM, ports: range, log })
  const reserve = (record: (event: AuditEvent) => void = () => {}, tls?: string) =>
    workers.listen({ listen, tls, origin: undefined }, { record, renewed: () => {} })
  const open = async (record?: (event: AuditEvent) => void, tls?: string) => {
    const connection = await reserve(record, tls)
    const client = connect({ port: connection.port, host: '127.0.0.1', allowHalfOpen: true })
    client.on('error', () => {})
    return { connection, client }
  }
  return { workers, range, logged, reserve, open }
}

async function* pieces(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text)
}

const send = (connection: DataConnection, signal = never, ...texts: readonly string[]) =>
  connection.send(pieces(...texts), UNLIMITED, { signal, ascii: false })

async function textOf(client: Socket): Promise<string> {
  const text = Buffer.concat(await client.toArray()).toString()
  client.end()
  return text
}

const isKind =
  (kind: string, reason = kind) =>
  (error: unknown) =>
    error instanceof Fault && error.kind === kind && error.reason === reason

test('a worker that fails takes its transfers with it; the others go on, and another takes its place', async () => {
  const { workers, logged, open } = scene({ ports: 2 })
  await using _workers = workers
  const [poisoned, other] = [await open(undefined, POISON), await open()]
  assert.equal(workers.size, 2)
  const lost = assert.rejects(
    send(poisoned.connection, never, 'x'.repeat(8 << 20)),
    isKind('internal', 'worker_lost'),
  )
  const arrived = textOf(other.client)
  let go = () => {}
  const gate = new Promise<void>(resolve => {
    go = resolve
  })
  const slow = async function* () {
    yield Buffer.from('before ')
    await gate
    yield Buffer.from('and after')
  }
  const sent = other.connection.send(slow(), UNLIMITED, { signal: never, ascii: false })
  poisoned.client.write('anything')
  await lost
  go()
  assert.equal((await sent).bytes, 16)
  assert.equal(await arrived, 'before and after')
  assert.deepEqual(logged, ['a worker ended; the transfers it carried have failed'])
  // Both ports of the range are free again, and a second worker runs when there is work for it.
  const again = [await open(), await open()]
  assert.equal(workers.size, 2)
  for (const { connection, client } of again) {
    const text = textOf(client)
    await send(connection, never, 'fine')
    assert.equal(await text, 'fine')
  }
})

test('the passive range is one for all workers', async () => {
  const { workers, reserve } = scene({ count: 3, ports: 3 })
  await using _workers = workers
  const all = [await reserve(), await reserve(), await reserve()]
  assert.equal(workers.size, 3)
  assert.equal(new Set(all.map(({ port }) => port)).size, 3)
  await assert.rejects(reserve(), isKind('no_passive_port'))
  const [, second] = all
  await second?.[Symbol.asyncDispose]()
  assert.equal((await reserve()).port, second?.port)
})

test('a port that another program has is passed over', async () => {
  const { workers, range, reserve } = scene({ count: 1, ports: 2 })
  await using _workers = workers
  const { port } = await reserve()
  // Forgotten by the range, and still bound.
  range.replace([])
  range.replace([port, port + 1])
  assert.equal((await reserve()).port, port + 1)
})

test('what fails here fails the transfer with the very same fault, and what has to end it ends it', async () => {
  const { workers, open } = scene()
  await using _workers = workers
  const full = new Fault('no_space')
  const { connection, client } = await open()
  client.end('bytes')
  const sink = { open: async () => {}, write: () => Promise.reject(full) }
  await assert.rejects(
    connection.receive(sink, UNLIMITED, { signal: never, ascii: false }),
    error => error === full,
  )

  const unrecorded = new Fault('audit_unavailable')
  const second = await open(() => {
    throw unrecorded
  })
  await once(second.client, 'connect')
  await assert.rejects(send(second.connection, never, 'text'), error => error === unrecorded)

  const third = await open()
  const abort = new AbortController()
  const failed = assert.rejects(
    send(third.connection, abort.signal, 'x'.repeat(16 << 20)),
    isKind('aborted', 'shutting_down'),
  )
  await once(third.client, 'readable')
  abort.abort(new Fault('aborted', { reason: 'shutting_down' }))
  await failed

  const fourth = await open()
  const gone = new Fault('file_shrank')
  const broken = async function* () {
    yield Buffer.from('x')
    throw gone
  }
  await assert.rejects(
    fourth.connection.send(broken(), UNLIMITED, { signal: never, ascii: false }),
    error => error === gone,
  )
  const fifth = await open()
  fifth.client.destroy()
  for (const each of [second, third, fourth]) each.client.destroy()
  await fifth.connection[Symbol.asyncDispose]()
})

test('bytes of every size come over, up and down', async () => {
  const { workers, open } = scene()
  await using _workers = workers
  for (const size of [0, 1, 4096, 200_000, 5 << 20]) {
    const down = await open()
    const arrived = textOf(down.client)
    const shared = Buffer.from(new SharedArrayBuffer(size)).fill('s')
    const parts = async function* () {
      yield shared.subarray(0, size >> 1)
      yield shared.subarray(size >> 1)
    }
    const sent = await down.connection.send(parts(), UNLIMITED, { signal: never, ascii: false })
    assert.equal(sent.bytes, size)
    assert.equal(await arrived, 's'.repeat(size))

    const up = await open()
    up.client.resume().end(Buffer.alloc(size, 'u'))
    let stored = 0
    const sink = {
      open: async () => {},
      write: async (chunks: readonly Uint8Array[]) => {
        for (const chunk of chunks) {
          assert.ok(chunk.every(byte => byte === 117))
          stored += chunk.length
        }
      },
    }
    const received = await up.connection.receive(sink, UNLIMITED, { signal: never, ascii: false })
    assert.equal(received.bytes, size)
    assert.equal(received.close, 'clean')
    assert.equal(stored, size)
  }
})

test('of two buffers used in turn, one of them shared, none is filled anew before it was sent', async () => {
  const { workers, open } = scene()
  await using _workers = workers
  // More than the system keeps for a client that does not read.
  const [shared, small] = [Buffer.from(new SharedArrayBuffer(16 << 20)), Buffer.alloc(1 << 10)]
  const order = [shared, small, shared, small]
  const parts = async function* () {
    for (const [index, buffer] of order.entries()) yield buffer.fill(index)
  }
  const { connection, client } = await open()
  const seen = new Map<number, number>()
  client.on('data', (chunk: Buffer) => {
    for (const byte of chunk) seen.set(byte, (seen.get(byte) ?? 0) + 1)
  })
  client.once('end', () => client.end())
  await connection.send(parts(), UNLIMITED, { signal: never, ascii: false })
  if (!client.readableEnded) await once(client, 'end')
  assert.deepEqual(
    [...seen],
    order.map(({ length }, index) => [index, length]),
  )
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { endpoint } from '../../src/core/endpoint.js'
import { Probes } from '../../src/server/probe.js'

const LONG = 30_000

/** A listener that gives each connection to the probes, or to nobody. */
async function listening(probes: Probes | undefined, host: string) {
  const claimed: boolean[] = []
  const server = createServer(socket => {
    socket.on('error', () => {})
    const peer = endpoint(socket.remoteAddress, socket.remotePort)
    const local = endpoint(socket.localAddress, socket.localPort)
    if (probes) claimed.push(probes.claims(peer, local))
  }).listen(0, host)
  await once(server, 'listening')
  const { address, port } = server.address() as AddressInfo
  return { at: endpoint(address, port), claimed, [Symbol.dispose]: () => server.close() }
}

for (const host of ['127.0.0.1', '0.0.0.0']) {
  test(`probes find a listener on ${host}, and know each other apart`, async () => {
    const probes = new Probes()
    using server = await listening(probes, host)
    await Promise.all([1, 2, 3].map(() => probes.run(server.at, AbortSignal.timeout(LONG))))
    assert.deepEqual(server.claimed, [true, true, true])
    assert.equal(probes.claims(endpoint('127.0.0.1', 1), endpoint('127.0.0.1', server.at.port)), false)
  })
}

test('a port that nobody listens on, and one that does not accept', async () => {
  const probes = new Probes()
  const gone = await listening(probes, '127.0.0.1')
  gone[Symbol.dispose]()
  await assert.rejects(probes.run(gone.at, AbortSignal.timeout(LONG)), { code: 'ECONNREFUSED' })
  using deaf = await listening(undefined, '127.0.0.1')
  await assert.rejects(
    probes.run(deaf.at, AbortSignal.timeout(50)),
    new RegExp(`port ${deaf.at.port} accepts no connection`),
  )
})

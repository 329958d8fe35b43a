import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FtpClient } from '../helpers/ftp-client.js'
import { floodScene } from './flood-scene.js'
import {
  connects,
  endlessLines,
  KIND_NAMES,
  listings,
  loginFlood,
  passiveFlood,
  slowPeers,
  type Target,
} from './floods.js'
import type { Held, ProbedServer } from './probed-server.js'

const HASTY = { handshake: '4s', login: '4s', idle: '4s', dataConnect: '1s', dataStall: '2s' }
const PATIENT = { handshake: '20s', login: '1m', idle: '1m', dataConnect: '1s', dataStall: '30s' }

/** Commands of somebody else's session that are answered while the work goes on. */
async function besides(target: Target, work: () => Promise<unknown>): Promise<number> {
  using bystander = await FtpClient.login(target.port)
  let answered = 0
  let over = false
  const end = work().finally(() => {
    over = true
  })
  do {
    assert.equal((await bystander.command('NOOP')).code, 200)
    answered++
  } while (!over)
  await end
  return answered
}

/** Nothing is left of it: connections, ports, files, timers. */
async function assertNothingLeft(
  server: ProbedServer,
  work: (base: Held) => Promise<unknown>,
): Promise<void> {
  const { sockets: ownSockets, files: ownFiles } = await server.held()
  // What a first session brings with it stays.
  using first = await FtpClient.login(server.port)
  await first.command('QUIT')
  await first.ended()
  first[Symbol.dispose]()
  const base = await server.quiet({ ...(await server.held()), sockets: ownSockets, files: ownFiles })
  await work(base)
  const { sockets, listening, files, timers } = await server.quiet(base)
  assert.deepEqual(
    { sockets, listening, files, timers },
    { sockets: base.sockets, listening: 1, files: base.files, timers: base.timers },
  )
  assert.deepEqual(server.errors, [])
}

describe('floods', { timeout: 110_000 }, () => {
  test('slow and half-open peers of every kind are cut by their timers, and others are served meanwhile', async () => {
    await using s = await floodScene(HASTY, 0)
    await assertNothingLeft(s.server, async base => {
      using peers = await slowPeers(s.server, 10 * KIND_NAMES.length)
      assert.ok(peers.sockets.length >= 10 * KIND_NAMES.length)
      using bystander = await FtpClient.login(s.server.port)
      assert.equal((await bystander.command('NOOP')).code, 200)
      bystander[Symbol.dispose]()
      // They stay; it is the server that lets go.
      const { sockets } = await s.server.quiet(base)
      assert.ok(sockets <= base.sockets, `${sockets} sockets are still held`)
    })
  })

  const floods: [what: string, work: (server: ProbedServer) => Promise<unknown>][] = [
    ['lines without an end are cut', server => endlessLines(server, 20)],
    ['ports that are asked for and never used go back', server => passiveFlood(server, 10, 20)],
    ['connections that are gone at once', server => connects(server, 500)],
    ['whole listings of a large folder', server => listings(server, 10, 'many')],
  ]
  for (const [what, work] of floods)
    test(`${what}; others are served meanwhile, nothing is left`, async () => {
      await using s = await floodScene(PATIENT, 1500)
      await assertNothingLeft(s.server, async () => {
        assert.ok((await besides(s.server, () => work(s.server))) > 0)
      })
    })

  test('more logins than may wait are refused like wrong ones, and a session is served meanwhile', async () => {
    await using s = await floodScene(PATIENT, 0)
    await assertNothingLeft(s.server, async () => {
      const codes = new Set<number>()
      const flood = async () => {
        for (const code of await loginFlood(s.server, 60)) codes.add(code)
      }
      assert.ok((await besides(s.server, flood)) > 0)
      assert.deepEqual([...codes], [530])
    })
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { FtpClient } from '../helpers/ftp-client.js'
import { floodScene } from '../hostile/flood-scene.js'
import {
  connects,
  endlessLines,
  type Kind,
  listings,
  loginFlood,
  passiveFlood,
  STRANGERS,
  slowPeers,
  USERS,
} from '../hostile/floods.js'

// What floods cost the server and somebody else's session, with the timers of the default configuration:
// npm run soak -- flood

const PEERS = Number(process.env.PEERS ?? 2000)
const ENDLESS = 200
const MIB = 1 << 20
/** Between two commands of the session that is measured. */
const EVERY_MS = 10
/** The targets: memory and waiting under slow peers and endless lines. */
const MOST_GROWTH = 150 * MIB
const MOST_P95_MS = 100

await using scene = await floodScene({}, 20_000)
const { server } = scene
using partner = await FtpClient.login(server.port)
await partner.command('HASH large')
const before = (await server.held()).rss
console.log(`before: RSS ${Math.round(before / MIB)} MiB`)
let good = true

/** Prints how long another session waits for its replies while the work goes on, and the memory at the most. */
async function measure(what: string, work: () => Promise<unknown>, bounded = false): Promise<void> {
  const waits: number[] = []
  let most = 0
  let over = false
  const started = performance.now()
  const working = work().finally(() => {
    over = true
  })
  while (!over) {
    const asked = performance.now()
    await partner.command('NOOP')
    waits.push(performance.now() - asked)
    if (waits.length % 20 === 1) most = Math.max(most, await server.rss())
    await sleep(EVERY_MS)
  }
  const result = await working
  waits.sort((a, b) => a - b)
  const at = (share: number) => waits[Math.floor(share * (waits.length - 1))] ?? 0
  const growth = Math.max(most, await server.rss()) - before
  if (bounded && (growth >= MOST_GROWTH || at(0.95) >= MOST_P95_MS)) good = false
  console.log(
    `${what}: ${((performance.now() - started) / 1000).toFixed(1)} s, RSS +${Math.round(growth / MIB)} MiB, NOOP median ${at(0.5).toFixed(1)} ms,` +
      ` p95 ${at(0.95).toFixed(1)} ms, most ${at(1).toFixed(1)} ms of ${waits.length}${typeof result === 'number' ? `, ${result} bytes` : ''}`,
  )
}

await measure('quiet', () => sleep(5000))
const held: Disposable[] = []
const come = async (kinds: readonly Kind[]) => void held.push(await slowPeers(server, PEERS, kinds))
await measure(`${PEERS} slow strangers come`, () => come(STRANGERS), true)
console.log(`sockets held: ${(await server.held()).sockets}`)
await measure(`${PEERS} slow strangers are there`, () => sleep(5000), true)
await measure(`${ENDLESS} endless lines besides`, () => endlessLines(server, ENDLESS), true)
for (const peers of held.splice(0)) peers[Symbol.dispose]()
await measure('they leave', () => sleep(3000))
// These have a password, so the operator knows whose; limits.sessions bounds them.
await measure(`${PEERS} slow users come`, () => come(USERS))
await measure(`${PEERS} slow users are there`, () => sleep(5000))
for (const peers of held) peers[Symbol.dispose]()
await measure('they leave', () => sleep(3000))
await measure('300 wrong passwords at once', () => loginFlood(server, 300))
await measure('50 sessions, 40 PASV each', () => passiveFlood(server, 50, 40))
await measure('10,000 connects', () => connects(server, 10_000))
await measure('20 listings of 20,000 entries at a time', () => listings(server, 20, 'many'))
const after = await server.held()
console.log(
  `after: RSS ${Math.round(after.rss / MIB)} MiB, ${after.sockets} sockets, ${after.listening} listening; errors logged: ${server.errors.length}`,
)
if (!good) process.exitCode = 1

// What guessing at passwords costs those who have the right one, and whether a refusal tells if there is such a user:
// `npm run hostile:login [LOGINS] [REFUSALS]`. Read the ratio and p: milliseconds differ from machine to machine.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { FtpClient } from '../../test/helpers/ftp-client.js'
import { USER } from '../baseline/scene.js'
import { flood } from './flood.js'
import { partner, serverWith } from './server.js'
import { mannWhitney, median } from './statistics.js'

const UNLIMITED = { max: 1_000_000 }

const [first, second, third] = process.argv.slice(2)
if (first === 'flood') await flood(Number(second), third ?? '')
else {
  await compareLatency(Number(first ?? 100))
  await compareRefusals(Number(second ?? 500))
}

/** Quiet and under a flood by turns, so that what else the machine does meets both alike. */
async function compareLatency(logins: number): Promise<void> {
  const rounds = 4
  const each = Math.ceil(logins / rounds)
  // The measured logins are more than the 120 a minute of one address.
  await using source = await serverWith(2 * rounds * each, { connectionsPerAddress: UNLIMITED }).open()
  const { port } = source.target
  const times = { quiet: { new: [], again: [] }, flood: { new: [], again: [] } } as Record<
    'quiet' | 'flood',
    { new: number[]; again: number[] }
  >
  let number = 0
  await timedLogin(port, USER)
  const measure = async (into: { new: number[]; again: number[] }) => {
    for (let i = 0; i < each; i++) {
      into.new.push(await timedLogin(port, partner(number++)))
      into.again.push(await timedLogin(port, USER))
    }
  }
  let addresses = 0
  for (let round = 0; round < rounds; round++) {
    await measure(times.quiet)
    addresses += await underFlood(port, () => measure(times.flood))
  }
  const row = (what: string, quiet: readonly number[], flooded: readonly number[]) =>
    `${what.padEnd(26)} quiet ${median(quiet).toFixed(1)} ms  flood ${median(flooded).toFixed(1)} ms  ratio ${(median(flooded) / median(quiet)).toFixed(2)}\n`
  process.stdout.write(
    `Median time from connecting to 230, ${rounds * each} logins each, all of which succeeded;\n` +
      `flood: 450 guesses from each of ${addresses} addresses in turn, 20 connections at a time, 50 ms between guesses\n` +
      row('password not yet cached', times.quiet.new, times.flood.new) +
      row('the user guessed at, cached', times.quiet.again, times.flood.again),
  )
}

/** @returns how many addresses were through with their guesses meanwhile */
async function underFlood(port: number, work: () => Promise<void>): Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'flood', String(port), USER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let addresses = 0
  const lines = createInterface({ input: child.stdout })
  const begun = once(lines, 'line')
  lines.on('line', () => void addresses++)
  await begun
  await work()
  child.kill('SIGKILL')
  await once(child, 'exit')
  return addresses
}

async function timedLogin(port: number, user: string): Promise<number> {
  const started = performance.now()
  using _client = await FtpClient.login(port, { user })
  return performance.now() - started
}

/** A user who exists and one who does not, each pair in an order by chance. */
async function compareRefusals(refusals: number): Promise<void> {
  await using source = await serverWith(0, {
    connectionsPerAddress: UNLIMITED,
    failuresPerUserAndAddress: UNLIMITED,
    failuresPerUser: UNLIMITED,
    failuresPerAddress: UNLIMITED,
  }).open()
  const times = { existing: [] as number[], missing: [] as number[] }
  const refusal = async (client: FtpClient, user: string) => {
    await client.command(`USER ${user}`)
    const started = performance.now()
    const { code } = await client.command('PASS a wrong password')
    if (code !== 530) throw new Error(`expected 530, got ${code}`)
    return performance.now() - started
  }
  for (let i = -10; i < refusals; i++) {
    using client = await FtpClient.connect(source.target.port)
    const pair: ['existing' | 'missing', string][] = [
      ['existing', USER],
      ['missing', 'acne'],
    ]
    if (Math.random() < 0.5) pair.reverse()
    for (const [which, user] of pair) {
      const time = await refusal(client, user)
      // The first few warm up.
      if (i >= 0) times[which].push(time)
    }
  }
  const { larger, p } = mannWhitney(times.existing, times.missing)
  process.stdout.write(
    `Time to refuse, ${refusals} each: existing user ${median(times.existing).toFixed(3)} ms, missing user ${median(times.missing).toFixed(3)} ms (medians);\n` +
      `Mann-Whitney U: an existing one takes longer in ${(larger * 100).toFixed(1)} % of pairs, p = ${p.toFixed(2)}\n`,
  )
}

import { parseArgs } from 'node:util'
import { campaign, StreamFailed } from '../hostile/fuzz/campaign.js'
import { failureOf, shortest } from '../hostile/fuzz/shortest.js'
import { type Stream, streamOf } from '../hostile/fuzz/stream.js'

// Mutated command streams at a server in a process of its own: npm run soak -- fuzz --minutes 60
// A failure prints how to play it again.

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now()) },
    commands: { type: 'string', default: '1000000000' },
    minutes: { type: 'string', default: '5' },
    workers: { type: 'string', default: '16' },
    from: { type: 'string', default: '0' },
    /** Plays one stream of the seed, or one that was printed, at a new server. */
    only: { type: 'string' },
    stream: { type: 'string' },
  },
})
const MIB = 1 << 20

async function replay(stream: Stream): Promise<never> {
  const failure = await failureOf(stream)
  console.log(failure ?? 'no failure')
  process.exit(failure === undefined ? 0 : 1)
}

if (values.stream !== undefined) await replay(JSON.parse(values.stream) as Stream)
if (values.only !== undefined) await replay(streamOf(values.seed, Number(values.only)))

console.log(`fuzz: --seed ${values.seed}`)
try {
  const { rounds, codes, auditRecords } = await campaign(
    {
      seed: values.seed,
      from: Number(values.from),
      commands: Number(values.commands),
      milliseconds: Number(values.minutes) * 60_000,
      workers: Number(values.workers),
      round: 2000,
    },
    ({ commands, streams, seconds, heap, rss, sockets, listening, files, timers }) =>
      console.log(
        `${commands} commands in ${streams} streams, ${Math.round(commands / seconds)} a second, heap ${(heap / MIB).toFixed(1)} MiB,` +
          ` RSS ${Math.round(rss / MIB)} MiB, ${sockets} sockets, ${listening} listening, ${files} files, ${timers} timers`,
      ),
  )
  const byCode = [...codes].sort().map(([code, times]) => `${code}: ${times}`)
  console.log(`replies: ${byCode.join(', ')}`)
  console.log(
    `audit chain holds over the ${auditRecords} records that are kept; ${rounds.length} rounds without a leak`,
  )
} catch (error) {
  console.log(`FAILED with --seed ${values.seed}`, error)
  if (!(error instanceof StreamFailed)) process.exit(1)
  console.log(`again: npm run soak -- fuzz --seed ${values.seed} --only ${error.index}`)
  const found = await shortest(error.stream)
  if (found === undefined)
    console.log(`alone it does not fail: --from ${error.index - 100} plays those before it too`)
  else
    console.log(
      `the shortest that fails, ${found.failure}:\n--stream '${JSON.stringify(found.stream).replaceAll("'", '\\u0027')}'`,
    )
  process.exit(1)
}

// How fast Portcullis is beside other servers: docs/performance.md.
import { type Choices, type Options, parseOptions, usage } from './options.js'
import { ROWS } from './rows/all.js'
import { LISTING } from './rows/listing.js'
import { run } from './run.js'
import type { Server } from './server.js'
import { SERVERS } from './servers/all.js'
import { found } from './servers/found.js'
import { ENTRIES, makeStage } from './stage.js'
import { table } from './table.js'
import { CHECKED, regressions, THRESHOLDS } from './thresholds.js'

const OWN = 'portcullis'
const CHOICES: Choices = {
  servers: SERVERS.map(({ id }) => id),
  rows: ROWS.map(({ name }) => name),
  checked: CHECKED,
}
const tell = (text: string) => void process.stderr.write(`${text}\n`)

let options: Options | undefined
try {
  options = parseOptions(process.argv.slice(2), CHOICES)
  if (found('curl') === undefined) throw new Error('curl is not installed: it is the client')
} catch (error) {
  tell(`${(error as Error).message}\n\n${usage(CHOICES)}`)
  process.exitCode = 2
}
if (options) await bench(options)

async function bench({ only, rows: wanted, rounds, size, check }: Options): Promise<void> {
  const rows = ROWS.filter(({ name }) => wanted?.includes(name) ?? true)
  const servers = await present(SERVERS.filter(({ id }) => only?.includes(id) ?? true))
  await using stage = await makeStage(size, rows.includes(LISTING) ? ENTRIES : 0)
  const figures = await run({ servers, rows, rounds, stage, tell })
  const columns = servers.map(({ id }) => id)
  process.stdout.write(`${table(figures, OWN, columns)}\n`)
  if (!check) return
  const behind = regressions(figures, OWN, THRESHOLDS)
  for (const text of behind) tell(text)
  if (behind.length > 0) process.exitCode = 1
}

async function present(servers: readonly Server[]): Promise<Server[]> {
  const there: Server[] = []
  for (const server of servers) {
    const why = await server.missing()
    if (why === undefined) there.push(server)
    else tell(`without ${server.id}: ${why}`)
  }
  return there
}

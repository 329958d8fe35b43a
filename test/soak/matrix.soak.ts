import { missing, Row, unreachable } from '../clients/matrix.js'
import { CLIENTS } from '../clients/programs/all.js'
import {
  type Client,
  type Family,
  HOSTS,
  OPERATIONS,
  type Refusal,
  VERSIONS,
} from '../clients/programs/client.js'
import { matrixTable } from '../clients/table.js'

// Every cell of the client matrix with a thousand small files, and the table of what came out. Arguments, if there are
// any, are parts of the names of the clients to run.

const FILES = Number(process.env.MATRIX_FILES ?? 1000)
const LIMIT_MS = 600_000

const failures = new Map<string, string[]>()
const unexpected: string[] = []

async function runRow(client: Client, version: (typeof VERSIONS)[number], family: Family): Promise<void> {
  await using row = await Row.open(client, version, family)
  for (const operation of OPERATIONS) {
    if (operation in client.cannot) continue
    const failed = await row.run(operation, FILES, LIMIT_MS).catch((error: unknown) => String(error))
    if (failed === undefined) continue
    const cell = `${client.name} ${operation}`
    console.log(`${cell}, ${version} ${family}: ${failed}`)
    failures.set(cell, [...(failures.get(cell) ?? []), `${version} ${family}: ${failed.split('\n')[0]}`])
  }
  await row.checkConnections().catch((error: unknown) => {
    unexpected.push(`${client.name}, ${version} ${family}: ${error}`)
  })
}

async function runRefusals(client: Client): Promise<void> {
  await using row = await Row.open(client, 'TLSv1.3', 'IPv4')
  for (const [refusal, message] of Object.entries(client.shows)) {
    const said = await row.refused(refusal as Refusal).catch(String)
    if (!said.includes(message)) unexpected.push(`${client.name}, ${refusal}: ${said}`)
  }
}

const asked = process.argv.slice(2).map(part => part.toLowerCase())
const clients = CLIENTS.filter(
  ({ name }) => asked.length === 0 || asked.some(part => name.toLowerCase().includes(part)),
)
for (const client of clients) {
  if (missing(client)) continue
  const started = performance.now()
  for (const version of VERSIONS)
    for (const family of Object.keys(HOSTS) as Family[])
      if (!unreachable(family)) await runRow(client, version, family)
  await runRefusals(client)
  console.log(`${client.name}: ${Math.round((performance.now() - started) / 1000)} s`)
}
console.log(
  matrixTable(clients, (client, operation, note) => {
    const reason = client.cannot[operation] ?? missing(client)
    if (reason !== undefined) return `no (${note(reason)})`
    const failed = failures.get(`${client.name} ${operation}`)
    return failed === undefined ? 'ok' : `failed (${note(failed.join('; '))})`
  }),
)
for (const line of unexpected) console.log(line)
if (failures.size > 0 || unexpected.length > 0) process.exitCode = 1

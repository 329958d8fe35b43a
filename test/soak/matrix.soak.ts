import { missing, Row, unreachable } from '../clients/matrix.js'
import { CLIENTS } from '../clients/programs/all.js'
import { type Client, type Family, HOSTS, OPERATIONS, VERSIONS } from '../clients/programs/client.js'
import { matrixTable } from '../clients/table.js'

// Every cell of the client matrix with a thousand small files, and the table of what came out.

const FILES = Number(process.env.MATRIX_FILES ?? 1000)
const LIMIT_MS = 600_000

const failures = new Map<string, string[]>()

async function runRow(client: Client, version: (typeof VERSIONS)[number], family: Family): Promise<void> {
  await using row = await Row.open(client, version, family)
  for (const operation of OPERATIONS) {
    if (operation in client.cannot) continue
    const failed = await row.run(operation, FILES, LIMIT_MS).catch((error: unknown) => String(error))
    if (failed === undefined) continue
    const cell = `${client.name} ${operation}`
    failures.set(cell, [...(failures.get(cell) ?? []), `${version} ${family}: ${failed.split('\n')[0]}`])
  }
  await row.checkConnections()
}

for (const client of CLIENTS) {
  if (missing(client)) continue
  const started = performance.now()
  for (const version of VERSIONS)
    for (const family of Object.keys(HOSTS) as Family[])
      if (!unreachable(family)) await runRow(client, version, family)
  console.log(`${client.name}: ${Math.round((performance.now() - started) / 1000)} s`)
}
console.log(
  matrixTable(CLIENTS, (client, operation, note) => {
    const reason = client.cannot[operation] ?? missing(client)
    if (reason !== undefined) return `no (${note(reason)})`
    const failed = failures.get(`${client.name} ${operation}`)
    return failed === undefined ? 'ok' : `failed (${note(failed.join('; '))})`
  }),
)
if (failures.size > 0) process.exitCode = 1

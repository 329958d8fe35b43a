// Runs the cases of docs/baseline.md and prints what came of them.
import { CASES } from './cases/all.js'
import { ftpSrv } from './ftp-srv.js'
import { type Options, parseOptions, USAGE } from './options.js'
import { portcullis } from './portcullis.js'
import { runCase } from './run.js'
import { markdownTable, plainTable, type Row } from './table.js'
import type { Source } from './target.js'
import type { Case, Outcome } from './visit.js'

let options: Options | undefined
try {
  options = parseOptions(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`)
  process.exitCode = 2
}
if (options) process.stdout.write(`${await report(options)}\n`)

async function report({ format, target }: Options): Promise<string> {
  const sources = target ? [target] : [ftpSrv, portcullis]
  const rows: Row[] = []
  for (const [index, test] of CASES.entries()) {
    process.stderr.write(`${index + 1}/${CASES.length} ${test.name}\n`)
    rows.push(await runRow(test, sources))
  }
  if (format === 'json') return JSON.stringify(rows, undefined, 2)
  return format === 'markdown' ? markdownTable(rows) : plainTable(rows)
}

/** One server after the other: they must not take each other's time. */
async function runRow(test: Case, sources: readonly Source[]): Promise<Row> {
  const outcomes: Record<string, Outcome> = {}
  for (const source of sources) outcomes[source.name] = await runCase(test, source)
  return { case: test.name, outcomes }
}

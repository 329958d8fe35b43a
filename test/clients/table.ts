import { CLIENTS } from './programs/all.js'
import { type Client, OPERATIONS, REFUSALS } from './programs/client.js'

/** What a cell says of an operation, in one word or the number of a note. */
type CellText = (
  client: Client,
  operation: (typeof OPERATIONS)[number],
  note: (reason: string) => number,
) => string

/** The matrix as a Markdown table; reasons are numbered and follow it. */
export function matrixTable(clients: readonly Client[], cell: CellText): string {
  const reasons: string[] = []
  const note = (reason: string): number => {
    if (!reasons.includes(reason)) reasons.push(reason)
    return reasons.indexOf(reason) + 1
  }
  const rows = clients.map(client => [
    client.name,
    ...OPERATIONS.map(operation => cell(client, operation, note)),
  ])
  const lines = [['client', ...OPERATIONS], ['client', ...OPERATIONS].map(() => '---'), ...rows].map(row)
  return [...lines, '', ...reasons.map((reason, index) => `${index + 1}. ${reason}`)].join('\n')
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const code = (text: string | undefined): string => (text ? `\`${text}\`` : '')

/** What the tests hold true of every client, for docs/clients.md. */
function clientSections(): string {
  const table = matrixTable(CLIENTS, ({ cannot }, operation, note) => {
    const reason = cannot[operation]
    return reason === undefined ? 'ok' : `no (${note(reason)})`
  })
  const settings = CLIENTS.map(({ name, dataSession, settings }) => row([name, code(dataSession), settings]))
  const shows = CLIENTS.map(({ name, shows }) =>
    row([name, ...REFUSALS.map(refusal => code(shows[refusal]))]),
  )
  return [
    table,
    '',
    row(['client', '`dataSession`', 'settings']),
    row(['---', '---', '---']),
    ...settings,
    '',
    row(['client', ...REFUSALS]),
    row(['---', ...REFUSALS.map(() => '---')]),
    ...shows,
  ].join('\n')
}

const MARK = '<!-- matrix -->'
const END = '<!-- /matrix -->'

/** The page with the generated section in its place. @throws Error when the marks are missing */
export function insertMatrix(page: string): string {
  const [before, rest] = page.split(MARK)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`docs/clients.md has no ${MARK} … ${END}`)
  return `${before}${MARK}\n\n${clientSections()}\n\n${END}${after}`
}

import type { Outcome } from './visit.js'

export interface Row {
  readonly case: string
  /** By the name of the server, in the order of the columns. */
  readonly outcomes: Readonly<Record<string, Outcome>>
}

const marked = ({ good, text }: Outcome): string => `${good ? '✓' : '✗'} ${text}`

const cells = (row: Row): string[] => [row.case, ...Object.values(row.outcomes).map(marked)]

const grid = (rows: readonly Row[]): string[][] => [
  ['case', ...Object.keys(rows[0]?.outcomes ?? {})],
  ...rows.map(cells),
]

/** Columns lined up for a terminal. */
export function plainTable(rows: readonly Row[]): string {
  const lines = grid(rows)
  const width = (column: number) => Math.max(...lines.map(line => line[column]?.length ?? 0))
  return lines
    .map(line =>
      line
        .map((cell, column) => cell.padEnd(width(column)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function markdownTable(rows: readonly Row[]): string {
  const [head = [], ...body] = grid(rows)
  const line = (texts: readonly string[]) => `| ${texts.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n')
}

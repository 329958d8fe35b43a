import { type Figures, type Line, median, ratio } from './figures.js'

/** A Markdown table, columns lined up: medians, and in brackets how good `own` is beside that server. */
export function table(figures: Figures, own: string, servers: readonly string[]): string {
  const head = ['', 'unit', ...servers]
  const body = [...figures.lines.values()].map(line => [
    line.name,
    line.unit,
    ...servers.map(server => cell(line, own, server)),
  ])
  const rows = [head, head.map(() => '---'), ...body]
  const width = (column: number) => Math.max(...rows.map(row => row[column]?.length ?? 0))
  return rows
    .map(row => `| ${row.map((text, column) => text.padEnd(width(column))).join(' | ')} |`)
    .join('\n')
}

function cell(line: Line, own: string, server: string): string {
  const rounds = line.values.get(server)
  if (rounds === undefined) return ''
  const value = short(median(rounds.values()))
  const beside = server === own ? Number.NaN : ratio(line, own, server)
  return Number.isNaN(beside) ? value : `${value} (${beside.toFixed(2)})`
}

/** Three digits that count. */
export function short(value: number): string {
  const size = Math.abs(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
}

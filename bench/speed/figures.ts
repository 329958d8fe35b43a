/** One number that a row gave for one server in one round. */
export interface Figure {
  /** What was measured; the line of the table. */
  readonly line: string
  readonly unit: string
  /** Which way is better; `none` for what only tells how the measurement went. */
  readonly better: 'more' | 'less' | 'none'
  readonly value: number
}

/** All that was measured of one line. */
export interface Line {
  readonly name: string
  readonly unit: string
  readonly better: Figure['better']
  /** By server, by round; a server that failed in a round has none for it. */
  readonly values: Map<string, Map<number, number>>
}

/** The figures of a run, by line, in the order in which the lines first came. */
export class Figures {
  readonly lines = new Map<string, Line>()

  add(server: string, round: number, figures: readonly Figure[]): void {
    for (const { line: name, unit, better, value } of figures) {
      const line = this.lines.get(name) ?? { name, unit, better, values: new Map() }
      this.lines.set(name, line)
      const rounds = line.values.get(server) ?? new Map<number, number>()
      line.values.set(server, rounds.set(round, value))
    }
  }
}

/** The middle one; the mean of the two in the middle of an even number. NaN of none. */
export function median(values: Iterable<number>): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}

/** The value that `share` (0 to 1) of all are not above. NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** How good `server` is beside `other`: the median over the rounds that both have. Above 1 `server` is better. */
export function ratio(line: Line, server: string, other: string): number {
  const [ours, theirs] = [line.values.get(server), line.values.get(other)]
  if (line.better === 'none' || ours === undefined || theirs === undefined) return Number.NaN
  const ratios = [...ours].flatMap(([round, mine]) => {
    const its = theirs.get(round)
    if (its === undefined) return []
    return [line.better === 'more' ? mine / its : its / mine]
  })
  return median(ratios)
}

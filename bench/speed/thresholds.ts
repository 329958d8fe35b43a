import { type Figures, ratio } from './figures.js'

/** Portcullis must not be worse than this many times the other server in the same run. */
export interface Threshold {
  readonly line: string
  readonly against: string
  readonly atLeast: number
}

/** Little more than half of what was measured: wide enough for a busy machine, narrow enough for a lost fast path. */
export const THRESHOLDS: readonly Threshold[] = [
  { line: '1 stream down', against: 'openssl', atLeast: 0.4 },
  { line: '1 stream up', against: 'openssl', atLeast: 0.15 },
  { line: '1 stream down: server CPU', against: 'openssl', atLeast: 0.4 },
  { line: '1 stream up: server CPU', against: 'openssl', atLeast: 0.1 },
  { line: '4 KiB files down, 1 session', against: 'bare-node', atLeast: 0.35 },
  { line: '4 KiB files up, 1 session', against: 'bare-node', atLeast: 0.2 },
  { line: '4 KiB files down, 1 session: server CPU', against: 'bare-node', atLeast: 0.22 },
  { line: '4 KiB files up, 1 session: server CPU', against: 'bare-node', atLeast: 0.15 },
]

/** What `--check` measures. */
export const CHECKED = {
  servers: ['portcullis', 'openssl', 'bare-node'],
  rows: ['down1', 'up1', 'small-down1', 'small-up1'],
}

/** One sentence for each line that was measured and fell behind, or could not be compared. */
export function regressions(figures: Figures, own: string, thresholds: readonly Threshold[]): string[] {
  return thresholds.flatMap(({ line: name, against, atLeast }) => {
    const line = figures.lines.get(name)
    const given = line === undefined ? Number.NaN : ratio(line, own, against)
    if (given >= atLeast) return []
    const what = Number.isNaN(given) ? 'was not measured' : `is ${given.toFixed(2)}`
    return [`${name}: ${own} beside ${against} ${what}, at least ${atLeast} is expected`]
  })
}

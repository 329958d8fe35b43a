import type { Figure } from './figures.js'
import type { RunningServer } from './server.js'
import type { MadeStage } from './stage.js'

export type RowKind = 'streams' | 'small files' | 'others'

export interface Row {
  /** For `--rows`. */
  readonly name: string
  readonly kind: RowKind
  /** Rows that take long run in the first round only. */
  readonly once: boolean
  run(server: RunningServer, stage: MadeStage): Promise<Figure[]>
}

export const busy = (line: string, seconds: number, cpu: number): Figure => ({
  line: `${line}: busiest client`,
  unit: '% of a core',
  better: 'none',
  value: (cpu / seconds) * 100,
})

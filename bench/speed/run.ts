import { Figures } from './figures.js'
import type { Row } from './row.js'
import type { Server } from './server.js'
import type { MadeStage } from './stage.js'

export interface Run {
  readonly servers: readonly Server[]
  readonly rows: readonly Row[]
  readonly rounds: number
  readonly stage: MadeStage
  /** Told what goes on. */
  tell(text: string): void
}

/** Round by round, row by row, one server after the other, each started anew. What fails is told and left out. */
export async function run({ servers, rows, rounds, stage, tell }: Run): Promise<Figures> {
  const figures = new Figures()
  for (let round = 1; round <= rounds; round++) {
    for (const row of rows) {
      if (row.once && round > 1) continue
      for (const server of servers) {
        if (server.rows?.includes(row.kind) === false) continue
        tell(`round ${round} of ${rounds}: ${row.name}, ${server.id}`)
        try {
          await using running = await server.open(stage)
          figures.add(server.id, round, await row.run(running, stage))
        } catch (error) {
          tell(`  failed: ${(error as Error).message}`)
        }
        await stage.clear()
      }
    }
  }
  return figures
}

import { Crew, type Outing } from '../crew.js'
import { type Figure, percentile } from '../figures.js'
import { busy, type Row } from '../row.js'
import { addressOf, type RunningServer } from '../server.js'

/** Enough for a 99th percentile. A slow server does as many as it can in the time. */
const FILES = 2_000
const SECONDS = 5
/** Not counted: what a server and its clients do a few thousand times is compiled while they do it. */
const WARM_UP = 2_000
/** Client processes; with more sessions some share one. */
const PROCESSES = 4

const smallFiles = (name: string, way: 'down' | 'up', sessions: number): Row => ({
  name,
  kind: 'small files',
  once: false,
  async run(server) {
    using crew = new Crew(server, Math.min(sessions, PROCESSES))
    const { seconds, serverCpu, busiestCpu, took } = await moveSmall(crew, server, way, sessions)
    const line = `4 KiB files ${way}, ${sessions} session${sessions > 1 ? 's' : ''}`
    const figures: Figure[] = [
      { line, unit: 'files/s', better: 'more', value: took.length / seconds },
      { line: `${line}: p50`, unit: 'ms', better: 'less', value: percentile(took, 0.5) },
      { line: `${line}: p99`, unit: 'ms', better: 'less', value: percentile(took, 0.99) },
      {
        line: `${line}: server CPU`,
        unit: 'ms/file',
        better: 'less',
        value: (serverCpu * 1000) / took.length,
      },
    ]
    return [...figures, busy(line, seconds, busiestCpu)]
  },
})

/** Those that are counted, after a few that are not. */
export async function moveSmall(
  crew: Crew,
  server: RunningServer,
  way: 'down' | 'up',
  sessions: number,
): Promise<Outing> {
  const each = sessions / crew.size
  await crew.carryOut(() => ({ do: 'enter', address: addressOf(server), sessions: each, abreast: 1 }))
  const transfer = (files: number, names: string) =>
    crew.carryOut(index => ({ do: way, files, seconds: SECONDS, names: `${names}-${index}` }))
  await transfer(WARM_UP / sessions, 'warm')
  return await transfer(FILES / sessions, 'file')
}

export const SMALL_FILES = [
  smallFiles('small-down1', 'down', 1),
  smallFiles('small-up1', 'up', 1),
  smallFiles('small-down8', 'down', 8),
  smallFiles('small-up8', 'up', 8),
]

import { copyFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { measureCurl, type Work } from '../curl.js'
import type { Figure } from '../figures.js'
import { busy, type Row } from '../row.js'
import type { Stage } from '../server.js'
import { BIG, INCOMING } from '../stage.js'

const GIB = 2 ** 30

/** The large file, by each of so many clients at once. */
const streams = (name: string, way: 'down' | 'up', count: number): Row => ({
  name,
  kind: 'streams',
  once: false,
  async run(server, stage) {
    const big = join(stage.home, BIG)
    const work = (index: number): Work =>
      way === 'down' ? { path: BIG } : { path: `${INCOMING}/${name}-${index}`, upload: big }
    const works = Array.from({ length: count }, (_, index) => work(index))
    if (way === 'up') await takeMemory(stage, count)
    const { seconds, serverCpu, busiestCpu } = await measureCurl(server, works)
    const bytes = (await stat(big)).size * count
    const line = `${count} stream${count > 1 ? 's' : ''} ${way}`
    const figures: Figure[] = [
      { line, unit: 'MB/s', better: 'more', value: bytes / 1e6 / seconds },
      { line: `${line}: server CPU`, unit: 's/GiB', better: 'less', value: serverCpu / (bytes / GIB) },
    ]
    return [...figures, busy(line, seconds, busiestCpu)]
  },
})

/**
 * As much memory as the uploads take is used and freed. What was free for longer than some seconds a virtual machine has
 * given back to its host and gets again page by page, for up to twice what the upload itself costs: the server whose turn
 * comes first would pay for that, and the next one would find what it had.
 */
async function takeMemory({ home }: Stage, count: number): Promise<void> {
  const copies = Array.from({ length: count }, (_, index) => join(home, INCOMING, `taken-${index}`))
  for (const copy of copies) await copyFile(join(home, BIG), copy)
  for (const copy of copies) await rm(copy)
}

export const STREAMS = [
  streams('down1', 'down', 1),
  streams('up1', 'up', 1),
  streams('down8', 'down', 8),
  streams('up8', 'up', 8),
]

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Crew } from '../crew.js'
import { measureCurl } from '../curl.js'
import type { Figure } from '../figures.js'
import { kernelMemory, memoryOf } from '../processes.js'
import type { Row } from '../row.js'
import { addressOf, type RunningServer } from '../server.js'
import { BIG, type MadeStage } from '../stage.js'
import { moveSmall } from './small-files.js'

const PROCESSES = 4
const ABREAST = 2
/** For what a login leaves behind to be given back: where memory is collected, a collector takes its time. */
const SETTLE_MS = 45_000
const KIB = 1_024

/** Sessions that have logged in and then do nothing; and what transfers are like beside them. */
const idle = (level: number): Row => ({
  name: `idle-${level}`,
  kind: 'others',
  once: true,
  async run(server, stage) {
    using crew = new Crew(server, PROCESSES)
    const enter = async (sessions: number) => {
      await crew.carryOut(() => ({ do: 'enter', address: addressOf(server), sessions, abreast: ABREAST }))
      await delay(SETTLE_MS)
      return { memory: memoryOf(server.pid), kernel: kernelMemory() }
    }
    // One in each process first: what the first session loads is not what a session costs.
    const few = await enter(1)
    const many = await enter(level / crew.size)
    const each = (bytes: number) => bytes / (level - crew.size) / KIB
    const line = `${level.toLocaleString('en')} idle sessions`
    const figures: Figure[] = [
      { line: `${line}: memory each`, unit: 'KiB', better: 'less', value: each(many.memory - few.memory) },
      // Of the whole machine, so it may even shrink: not to be compared by a ratio.
      { line: `${line}: kernel, each`, unit: 'KiB', better: 'none', value: each(many.kernel - few.kernel) },
    ]
    return [...figures, ...(await beside(server, stage, line))]
  },
})

async function beside(server: RunningServer, stage: MadeStage, idle: string): Promise<Figure[]> {
  using client = new Crew(server, 1)
  const small = await moveSmall(client, server, 'down', 1)
  const stream = await measureCurl(server, [{ path: BIG }])
  const mib = (await stat(join(stage.home, BIG))).size / 2 ** 20
  const files = small.took.length
  return [
    {
      line: `${idle} beside: 4 KiB files down`,
      unit: 'files/s',
      better: 'more',
      value: files / small.seconds,
    },
    {
      line: `${idle} beside: 4 KiB files down, server CPU`,
      unit: 'ms/file',
      better: 'less',
      value: (small.serverCpu * 1000) / files,
    },
    {
      line: `${idle} beside: 1 stream down`,
      unit: 'MB/s',
      better: 'more',
      value: (mib * 1.048576) / stream.seconds,
    },
  ]
}

export const IDLE = [200, 1_000, 5_000].map(idle)

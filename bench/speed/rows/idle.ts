import { setTimeout as delay } from 'node:timers/promises'
import { Crew } from '../crew.js'
import type { Figure } from '../figures.js'
import { kernelMemory, memoryOf } from '../processes.js'
import type { Row } from '../row.js'
import { addressOf } from '../server.js'

const PROCESSES = 4
const ABREAST = 2
/** For what a login leaves behind to be given back. */
const SETTLE_MS = 2_000
const KIB = 1_024

/** Sessions that have logged in and then do nothing. */
const idle = (level: number): Row => ({
  name: `idle-${level}`,
  ceiling: false,
  once: true,
  async run(server) {
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
    return figures
  },
})

export const IDLE = [200, 1_000, 5_000].map(idle)

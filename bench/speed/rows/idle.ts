import { setTimeout as delay } from 'node:timers/promises'
import { Crew } from '../crew.js'
import type { Figure } from '../figures.js'
import { kernelMemory, memoryOf } from '../processes.js'
import type { Row } from '../row.js'
import { addressOf } from '../server.js'

const LEVELS = [200, 1_000, 5_000]
const PROCESSES = 4
const ABREAST = 2
/** For what a login leaves behind to be given back. */
const SETTLE_MS = 2_000
const KIB = 1_024

/** Sessions that have logged in and then do nothing. */
export const IDLE: Row = {
  name: 'idle',
  ceiling: false,
  once: true,
  async run(server) {
    using crew = new Crew(server, PROCESSES)
    const enter = (sessions: number) =>
      crew.carryOut(() => ({ do: 'enter', address: addressOf(server), sessions, abreast: ABREAST }))
    // One in each process first: what the first session loads is not what a session costs.
    await enter(1)
    await delay(SETTLE_MS)
    const base = { memory: memoryOf(server.pid), kernel: kernelMemory() }
    const figures: Figure[] = []
    for (const level of LEVELS) {
      await enter(level / crew.size)
      await delay(SETTLE_MS)
      const more = level - crew.size
      const line = `${level.toLocaleString('en')} idle sessions`
      const [memory, kernel] = [memoryOf(server.pid) - base.memory, kernelMemory() - base.kernel]
      figures.push(
        { line: `${line}: memory each`, unit: 'KiB', better: 'less', value: memory / more / KIB },
        { line: `${line}: kernel, each`, unit: 'KiB', better: 'less', value: kernel / more / KIB },
      )
    }
    return figures
  },
}

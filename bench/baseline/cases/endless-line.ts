import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../client.js'
import { bad, type Case, good } from '../visit.js'

const CHUNK = Buffer.alloc(1 << 16, 'a')
const CHUNKS = 1_024
const TOTAL_MB = (CHUNK.length * CHUNKS) >> 20
/** A server that takes nothing more for so long has stopped reading. */
const STALL_MS = 3_000
/** Growth that no bounded line needs. */
const TOLERATED_MB = 32

export const endlessLine: Case = {
  name: 'an endless line before login',
  async run(visit) {
    const { pid } = visit.target
    const before = await memory(pid)
    const end = await pour(await visit.connect())
    const after = await memory(pid)
    const what = end === 'taken' ? `${TOTAL_MB} MB taken` : end
    if (before === undefined || after === undefined) return end === 'taken' ? bad(what) : good(what)
    const text = `${what}, ${toTens(before)} → ${toTens(after)} MB of memory`
    return after - before <= TOLERATED_MB ? good(text) : bad(text)
  },
}

/** Writes as fast as the server takes it and reads nothing, as an attacker would. */
async function pour({ control }: Client): Promise<'taken' | 'cut off' | 'not read on'> {
  const closed = new Promise<'cut off'>(resolve => control.once('close', () => resolve('cut off')))
  for (let chunks = 0; chunks < CHUNKS; chunks++) {
    const taken = new Promise<'cut off' | undefined>(resolve =>
      control.write(CHUNK, error => resolve(error ? 'cut off' : undefined)),
    )
    const stalled = delay(STALL_MS, 'not read on' as const, { ref: false })
    const end = await Promise.race([closed, taken, stalled])
    if (end !== undefined) return end
  }
  return 'taken'
}

const toTens = (megabytes: number): number => Math.round(megabytes / 10) * 10

/** Most memory the process has had so far, in MB; undefined where that cannot be seen. */
async function memory(pid: number | undefined): Promise<number | undefined> {
  if (pid === undefined) return undefined
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kib = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]
  return kib === undefined ? undefined : Math.round(Number(kib) / 1_024)
}

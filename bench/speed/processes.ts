import { readdirSync, readFileSync } from 'node:fs'

/** Linux tells times in these everywhere (USER_HZ, proc(5)). */
const TICKS_PER_SECOND = 100
const KIB = 1024

/**
 * CPU seconds of a process and of all beneath it, those that have ended and were waited for included (utime, stime,
 * cutime, cstime of proc(5)).
 */
export const cpuSeconds = (pid: number): number =>
  family(pid).reduce((sum, one) => {
    const [utime, stime, cutime, cstime] = statOf(one).slice(11, 15).map(Number)
    return sum + ((utime ?? 0) + (stime ?? 0) + (cutime ?? 0) + (cstime ?? 0)) / TICKS_PER_SECOND
  }, 0)

/**
 * Memory of a process and of all beneath it, in bytes: each page that several of them share counts once (Pss of
 * proc(5)), so that servers with a process for each session are not charged for what fork shares.
 */
export const memoryOf = (pid: number): number =>
  family(pid).reduce((sum, one) => sum + field(`/proc/${one}/smaps_rollup`, 'Pss'), 0)

/** Memory the kernel holds for its own on the whole machine: stacks, page tables, slabs that it cannot give back. */
export const kernelMemory = (): number =>
  ['KernelStack', 'PageTables', 'SUnreclaim'].reduce((sum, name) => sum + field('/proc/meminfo', name), 0)

/** A process and all beneath it. */
function family(root: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = Number(statOf(Number(name))[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found = [root]
  for (const pid of found) found.push(...(children.get(pid) ?? []))
  return found
}

/** The fields after the name, which may itself hold blanks and brackets; none when the process has ended. */
function statOf(pid: number): string[] {
  const text = read(`/proc/${pid}/stat`)
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

function field(file: string, name: string): number {
  const kib = new RegExp(`^${name}: *(\\d+) kB$`, 'm').exec(read(file))?.[1]
  return Number(kib ?? 0) * KIB
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

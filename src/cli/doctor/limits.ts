import { readFile } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../config/schema.js'
import { workerCount } from '../options.js'
import { type Examination, ok, problem, type Result, type Scene, warning } from './examination.js'

// What it takes, as measured: docs/container.md has the same numbers, and a test compares them.

/** Open files when started. */
const FILES_AT_START = 30
/** The connection and the folder its user is in. */
export const FILES_PER_SESSION = 2
/** The data connection and the file. */
export const FILES_PER_TRANSFER = 2
const FILES_PER_WORKER = 5

const KIB = 1024
const MIB = 1024 * KIB
export const MEMORY_AT_START = 87 * MIB
export const MEMORY_PER_SESSION = 110 * KIB
/** From 540 MiB with 100 uploads at once. */
const MEMORY_PER_TRANSFER = 4.5 * MIB
const MEMORY_PER_WORKER = 30 * MIB
/** argon2id as `portcullis user` makes it. */
const MEMORY_PER_VERIFICATION = 19 * MIB

/** What the configuration allows at the most, all at the same time. */
export type Load = Pick<Config, 'server' | 'passive' | 'auth'>

/** Whether the system lets the server have what its configuration allows. */
export const limits: Examination = {
  name: 'limits',
  async examine({ config, pid }: Scene) {
    const whose = pid === undefined ? 'self' : `${pid}`
    const text = (file: string) => readFile(file, 'utf8').catch(() => undefined)
    const allowed = openFiles((await text(`/proc/${whose}/limits`)) ?? '')
    const memory = await memoryLimit((await text(`/proc/${whose}/cgroup`)) ?? '', text)
    const results: Result[] = []
    if (allowed !== undefined)
      results.push(judgeFiles(config, allowed, pid === undefined ? 'this account' : 'the server'))
    results.push(...judgeMemory(config, memory, totalmem()))
    results.push(judgeWorkers(config, availableParallelism()))
    return results
  },
}

/** The soft limit in /proc/PID/limits (proc(5)); undefined where it does not stand there. */
export function openFiles(limits: string): number | undefined {
  const [, soft] = /^Max open files +(\d+|unlimited)/m.exec(limits) ?? []
  if (soft === undefined) return undefined
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
}

/** `whose`: whom the limit is for. */
export function judgeFiles(config: Load, allowed: number, whose: string): Result {
  const { server, passive } = config
  const transfers = Math.min(passive.ports.length, server.maxSessions)
  const needed =
    FILES_AT_START +
    FILES_PER_SESSION * server.maxSessions +
    FILES_PER_TRANSFER * transfers +
    FILES_PER_WORKER * workerCount(config)
  const said = `${whose} may have ${Number.isFinite(allowed) ? allowed : 'any number of'} files open; ${server.maxSessions} sessions and ${transfers} transfers take ${needed}`
  if (allowed >= needed) return ok(said)
  return problem(
    `${said}: raise it (systemd: LimitNOFILE=${roundUp(needed)}; Docker: --ulimit nofile=${roundUp(needed)}), or lower server.maxSessions`,
    'server.maxSessions',
  )
}

/** The next power of two: twice what is needed at the most. */
const roundUp = (count: number): number => 2 ** Math.ceil(Math.log2(count))

/** @param limit of the control group, in bytes; undefined for none. @param total of the machine */
export function judgeMemory(config: Load, limit: number | undefined, total: number): Result[] {
  const { server, passive, auth } = config
  const needed =
    MEMORY_AT_START +
    MEMORY_PER_SESSION * server.maxSessions +
    MEMORY_PER_TRANSFER * Math.min(passive.ports.length, server.maxSessions) +
    MEMORY_PER_WORKER * workerCount(config) +
    MEMORY_PER_VERIFICATION * auth.verification.concurrency
  const room = Math.min(limit ?? total, total)
  const source = limit === undefined || limit >= total ? 'the machine has' : 'the control group may use'
  const said = `${source} ${mib(room)} of memory; at its limits the server takes about ${mib(needed)}`
  if (room >= needed) return [ok(said)]
  return [
    warning(
      `${said}: raise it (systemd: MemoryMax, Docker: --memory), or lower server.maxSessions, passive.ports or auth.verification.concurrency`,
    ),
  ]
}

const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`

export function judgeWorkers(config: Load, cores: number): Result {
  const count = workerCount(config, cores)
  const said = `${cores === 1 ? 'one core' : `${cores} cores`}, ${count === 0 ? 'no workers' : `${count} workers`}`
  if (count <= cores) return ok(said)
  return warning(`${said}: more threads than cores only get in each other's way; set server.workers to auto`)
}

/**
 * The memory that a process and those beside it may use (cgroups(7)): the least along the way up, by version 2, or by
 * version 1 where that is what the machine has. Undefined for no limit.
 *
 * @param membership text of /proc/PID/cgroup
 */
export async function memoryLimit(
  membership: string,
  read: (file: string) => Promise<string | undefined>,
): Promise<number | undefined> {
  const path = /^0::(\/.*)$/m.exec(membership)?.[1]
  const legacy = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m.exec(membership)?.[1]
  const found: number[] = []
  const look = async (root: string, folder: string, file: string) => {
    for (let at = folder; ; at = join(at, '..')) {
      const text = await read(join(root, at, file))
      if (text !== undefined && /^\d+\s*$/.test(text)) found.push(Number(text))
      if (at === '/') return
    }
  }
  if (path !== undefined) await look('/sys/fs/cgroup', path, 'memory.max')
  if (legacy !== undefined) await look('/sys/fs/cgroup/memory', legacy, 'memory.limit_in_bytes')
  return found.length === 0 ? undefined : Math.min(...found)
}

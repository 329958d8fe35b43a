import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type { Log } from '../core/ports.js'
import { type Deliver, DeliveryFailure } from './delivery.js'
import type { UploadNotice } from './notice.js'
import type { CommandOptions } from './options.js'

/** Between SIGTERM and SIGKILL. */
const KILL_AFTER_MS = 3000
/** For output that is still on its way when the program has ended. */
const LAST_OUTPUT_MS = 1000
/** Of what a run writes, kept for the operational log. */
const MAX_OUTPUT_BYTES = 8 * 1024

/** Tells a program by running it. Exit code 0 is a yes. */
export function command(options: CommandOptions, log: Log): Deliver {
  const [program = '', ...args] = options.argv
  return async (notice, attempt, signal) => {
    signal.throwIfAborted()
    const child = spawn(program, args, {
      cwd: '/',
      env: environment(notice, attempt),
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that what it starts can be ended with it.
      detached: true,
    })
    const output = collect([child.stdout, child.stderr])
    const { code, timedOut } = await ended(child, options.timeout, signal)
    const text = output()
    if (text !== '') log.info({ id: notice.id, output: text }, 'the upload command wrote')
    if (timedOut) throw new DeliveryFailure('hook_timeout', `not done within ${options.timeout} ms`)
    if (code !== 0) throw new DeliveryFailure('hook_rejected', `ended with ${code}`)
  }
}

/** All that the program gets: nothing of the server's own environment, which may hold secrets. */
const environment = (notice: UploadNotice, attempt: number): Record<string, string> => ({
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  PORTCULLIS_EVENT: 'file.uploaded',
  PORTCULLIS_ID: notice.id,
  PORTCULLIS_TIME: notice.time,
  PORTCULLIS_ATTEMPT: String(attempt),
  PORTCULLIS_USER: notice.user,
  PORTCULLIS_SESSION: notice.session,
  PORTCULLIS_CLIENT: notice.client.address,
  PORTCULLIS_PATH: notice.path,
  PORTCULLIS_FILE: notice.file ?? '',
  PORTCULLIS_SIZE: String(notice.size),
  PORTCULLIS_BYTES: String(notice.bytes),
  PORTCULLIS_RESUMED_FROM: String(notice.resumedFrom),
  PORTCULLIS_SHA256: notice.sha256 ?? '',
  PORTCULLIS_CLOSE: notice.close ?? '',
})

interface End {
  /** The exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals | null
  readonly timedOut: boolean
}

/** Resolves when the program and all of its process group is gone. */
async function ended(child: ChildProcess, timeout: number, signal: AbortSignal): Promise<End> {
  let timedOut = false
  let killing: NodeJS.Timeout | undefined
  let closing: NodeJS.Timeout | undefined
  const end = () => {
    killGroup(child, 'SIGTERM')
    killing ??= setTimeout(() => killGroup(child, 'SIGKILL'), KILL_AFTER_MS)
  }
  const timer = setTimeout(() => {
    timedOut = true
    end()
  }, timeout)
  signal.addEventListener('abort', end)
  // Comes after `exit`, when the pipes are closed as well.
  const closed = once(child, 'close')
  closed.catch(() => {}) // told by `exit` already
  try {
    await once(child, 'exit')
    // What it left running in its group has no owner any more.
    killGroup(child, 'SIGKILL')
    closing = setTimeout(() => closePipes(child), LAST_OUTPUT_MS)
    const [code, by] = (await closed) as [number | null, NodeJS.Signals | null]
    return { code: code ?? by, timedOut }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new DeliveryFailure('hook_unreachable', `cannot be run: ${code}`, error)
  } finally {
    clearTimeout(timer)
    clearTimeout(killing)
    clearTimeout(closing)
    signal.removeEventListener('abort', end)
  }
}

/** A process that left the group may hold the pipes open for ever: they are closed under it. */
function closePipes({ stdout, stderr }: ChildProcess): void {
  stdout?.destroy()
  stderr?.destroy()
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // nobody is left in it
  }
}

/** Reads the streams to their end and keeps the beginning. */
function collect(streams: readonly Readable[]): () => string {
  const kept: Buffer[] = []
  let room = MAX_OUTPUT_BYTES
  for (const stream of streams) {
    stream.on('error', () => {})
    stream.on('data', (chunk: Buffer) => {
      if (room > 0) kept.push(chunk.subarray(0, room))
      room -= chunk.length
    })
  }
  return () => Buffer.concat(kept).toString('utf8').trimEnd()
}

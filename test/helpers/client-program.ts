import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { test } from 'node:test'

/** Far longer than any run takes, even on a busy machine; a client that hangs is killed then. */
const LIMIT_MS = 30_000

interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
  /** How long it may take; a client that hangs is killed then. */
  readonly limitMs?: number
  /** Called with what the client says, piece by piece, on either output. */
  readonly onOutput?: (piece: string) => void
}

interface RunResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  /** Standard output and standard error together, for messages. */
  readonly all: string
}

interface Running {
  /** @throws Error when the client hangs */
  readonly result: Promise<RunResult>
  kill(signal: NodeJS.Signals): void
}

/** Starts a client program without a shell and with nothing of the user's own settings. */
export function start(program: string, args: readonly string[], options: RunOptions = {}): Running {
  const { cwd, env, input = '', onOutput, limitMs = LIMIT_MS } = options
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
    timeout: limitMs,
    killSignal: 'SIGKILL',
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const started = performance.now()
  const finish = async (): Promise<RunResult> => {
    const [out, err, [code, signal]] = await Promise.all([
      collect(child.stdout, onOutput),
      collect(child.stderr, onOutput),
      once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    ])
    if (performance.now() - started >= limitMs) throw new Error(`${program} hangs: ${out}${err}`)
    return { code, signal, out, all: out + err }
  }
  return { result: finish(), kill: signal => void child.kill(signal) }
}

async function collect(stream: Readable, onOutput?: (piece: string) => void): Promise<string> {
  let all = ''
  stream.setEncoding('utf8')
  for await (const piece of stream) {
    all += piece
    onOutput?.(piece)
  }
  return all
}

/** Runs a client program to its end. @throws Error when it hangs, or ends with anything but 0 */
export async function run(program: string, args: readonly string[], options?: RunOptions): Promise<string> {
  const { code, signal, out, all } = await start(program, args, options).result
  if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}: ${all}`)
  return out
}

/**
 * `test` for tests that need a client program: skipped with a reason where it is not installed, unless
 * PORTCULLIS_REQUIRE_CLIENTS=1 says that it has to be.
 */
export function testWith(program: string): (name: string, body: () => Promise<void>) => void {
  const required = process.env.PORTCULLIS_REQUIRE_CLIENTS === '1'
  const skip = (!required && missingProgram(program)) || false
  return (name, body) => void test(name, { skip, timeout: 2 * LIMIT_MS }, body)
}

/** Why a program cannot be run; undefined if it can. */
export const missingProgram = (program: string): string | undefined =>
  isInstalled(program) ? undefined : `${program} is not installed`

const isInstalled = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(resolve(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

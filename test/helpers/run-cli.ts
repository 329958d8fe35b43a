import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** What `portcullis` starts. */
export const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
/** Far longer than any command takes, even on a busy machine. */
const LIMIT_MS = 30_000

export interface CliResult {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface CliOptions {
  readonly cwd: string
  readonly input?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Runs `portcullis` with the arguments in a process of its own. */
export async function runCli(args: readonly string[], { cwd, input, env }: CliOptions): Promise<CliResult> {
  const { PORTCULLIS_CONFIG: _, ...inherited } = process.env
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...inherited, ...env },
    timeout: LIMIT_MS,
  })
  // A command that needs no input may be gone before it is written.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input ?? '')
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: code as number | null, out, err }
}

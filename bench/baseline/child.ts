import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const START_MS = 20_000

export interface ServerProcess extends AsyncDisposable {
  readonly pid: number | undefined
  /** Where it listens. */
  readonly port: number
  readonly alive: boolean
}

/**
 * Starts a server in a Node process of its own.
 *
 * @throws Error when it ends, or says nothing for 20 s, before it has logged `{"msg":"ready","port":…}`
 */
export async function startProcess(file: string, args: readonly string[]): Promise<ServerProcess> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS)
  const port = await readyPort(child)
  clearTimeout(timer)
  if (port === undefined) throw new Error(`${file} did not start`)
  child.stdout.resume()
  return {
    pid: child.pid,
    port,
    get alive() {
      return isAlive(child)
    },
    async [Symbol.asyncDispose]() {
      if (!isAlive(child)) return
      // Nothing of it is to be kept.
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

async function readyPort(child: ChildProcess): Promise<number | undefined> {
  if (child.stdout === null) return undefined
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) {
    const { msg, port } = JSON.parse(line) as { msg?: unknown; port?: unknown }
    if (msg === 'ready' && typeof port === 'number') return port
  }
  return undefined
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null

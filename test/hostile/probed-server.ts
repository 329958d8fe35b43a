import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { testCertificate } from '../helpers/certificate.js'
import { passivePorts } from '../helpers/ports.js'
import { type TestServerOptions, yamlOf } from '../helpers/server.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const PROBE = new URL('./probe.main.js', import.meta.url).href
/** As pino numbers levels. */
const ERROR = 50
/** Longer than any of the server's own timers after a connection is gone. */
const QUIET_WITHIN_MS = 40_000

export interface Held {
  /** Sockets, listening ones included. */
  readonly sockets: number
  /** Ports it listens on. */
  readonly listening: number
  /** Open files and folders of the users. */
  readonly files: number
  /** Timers that keep the process alive. */
  readonly timers: number
  /** Bytes of the JavaScript heap after a collection. */
  readonly heap: number
  /** Bytes of the process in memory. */
  readonly rss: number
}

/** A server in a process of its own that tells what it holds. */
export class ProbedServer implements AsyncDisposable {
  readonly port: number
  readonly auditFile: string
  /** Host folder in which the users' homes are. */
  readonly data: string
  /** What it logged of level `error`, at most a few. */
  readonly errors: string[] = []
  readonly #child: ChildProcess

  private constructor(folder: string, child: ChildProcess, port: number) {
    this.data = join(folder, 'data')
    this.auditFile = join(folder, 'audit.jsonl')
    this.#child = child
    this.port = port
  }

  /** Writes what the server needs into the folder and starts it there. @throws Error when it does not start */
  static async start(
    folder: string,
    options: TestServerOptions,
    homes: readonly string[],
  ): Promise<ProbedServer> {
    const { cert, key } = await testCertificate()
    for (const home of homes) await mkdir(join(folder, 'data', home), { recursive: true })
    await writeFile(join(folder, 'server.crt'), cert)
    await writeFile(join(folder, 'server.key'), key, { mode: 0o600 })
    const file = join(folder, 'portcullis.yaml')
    await writeFile(file, await yamlOf(options, passivePorts(options.ports ?? 20)), { mode: 0o600 })
    const child = spawn(process.execPath, ['--import', PROBE, MAIN, 'serve', '--config', file], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> })
    return await new Promise((resolve, reject) => {
      let server: ProbedServer | undefined
      child.once('exit', (code, signal) => {
        server?.errors.push(`the server ended: ${code ?? signal}`)
        reject(new Error(`the server did not start, exit code ${code}`))
      })
      lines.on('line', line => {
        const record = parsed(line)
        if (record?.msg === 'ready') {
          server = new ProbedServer(folder, child, Number(record.port))
          resolve(server)
        } else if (
          server &&
          (record === undefined || Number(record.level) >= ERROR) &&
          server.errors.length < 20
        )
          server.errors.push(line)
      })
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** What it holds now. @throws Error when the process is gone */
  async held(): Promise<Held> {
    const told = await this.#ask()
    const [links, status, listening] = await Promise.all([this.#links(), this.#status(), this.#listening()])
    return {
      sockets: links.filter(link => link.startsWith('socket:')).length,
      listening: links.filter(link => listening.has(link)).length,
      files: links.filter(link => link === this.data || link.startsWith(`${this.data}/`)).length,
      timers: told.active.Timeout ?? 0,
      heap: told.heap,
      rss: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024,
    }
  }

  /**
   * Resolves to what it holds when that is no more than this; at the latest after all of its own timers. Another
   * process tells no one of a descriptor it has closed, so this looks again and again.
   */
  async quiet(least: Held): Promise<Held> {
    const deadline = performance.now() + QUIET_WITHIN_MS
    for (;;) {
      const held = await this.held()
      const over = held.sockets > least.sockets || held.files > least.files || held.timers > least.timers
      if (!over || performance.now() > deadline) return held
      await sleep(100)
    }
  }

  /** Bytes of the process in memory. */
  async rss(): Promise<number> {
    return Number(/^VmRSS:\s+(\d+)/m.exec(await this.#status())?.[1]) * 1024
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.alive) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }

  async #ask(): Promise<{ heap: number; active: Record<string, number> }> {
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(30_000) })
    this.#child.send({})
    const [told] = (await answer) as [{ heap: number; active: Record<string, number> }]
    return told
  }

  async #links(): Promise<string[]> {
    const folder = `/proc/${this.pid}/fd`
    const links = (await readdir(folder)).map(name => readlink(join(folder, name)).catch(() => ''))
    return await Promise.all(links)
  }

  async #status(): Promise<string> {
    return await readFile(`/proc/${this.pid}/status`, 'utf8')
  }

  /** The listening sockets of the machine, as /proc/PID/fd calls them. */
  async #listening(): Promise<ReadonlySet<string>> {
    const rows = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map(row => row.trim().split(/\s+/))
    return new Set(rows.filter(([, , , state]) => state === '0A').map(row => `socket:[${row[9]}]`))
  }
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}

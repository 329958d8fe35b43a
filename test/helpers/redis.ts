import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { endChild } from './end-child.js'
import { passivePorts } from './ports.js'
import { tempDir } from './temp-dir.js'

const ATTEMPTS = 5

/** A Redis server of a test's own, which keeps nothing on disk and can be stopped and started again. */
export class RedisServer implements AsyncDisposable {
  readonly url: string
  readonly #port: number
  readonly #password: string
  #child: ChildProcess | undefined
  #dir: AsyncDisposable & { path: string }

  private constructor(port: number, password: string, dir: AsyncDisposable & { path: string }) {
    this.#port = port
    this.#password = password
    this.#dir = dir
    this.url = `redis://:${password}@127.0.0.1:${port}/3`
  }

  static async start(password = 'redis-secret'): Promise<RedisServer> {
    const dir = await tempDir()
    for (let attempt = 1; ; attempt++) {
      const server = new RedisServer(Number(passivePorts(1).split('-')[0]), password, dir)
      try {
        await server.start()
        return server
      } catch (error) {
        if (attempt === ATTEMPTS) throw error
      }
    }
  }

  /** @throws Error when it ends before it takes connections */
  async start(): Promise<void> {
    const settings = ['--port', String(this.#port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    const child = spawn('redis-server', [...settings, '--requirepass', this.#password], {
      cwd: this.#dir.path,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#child = child
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.includes('Ready to accept connections')) continue
      child.stdout.resume()
      return
    }
    throw new Error(`redis-server did not start on port ${this.#port}`)
  }

  /** Nothing of what it held comes back. */
  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    await endChild(child, 'SIGKILL')
  }

  /** It keeps its connections and answers nothing, until it goes on. */
  hang(): void {
    this.#child?.kill('SIGSTOP')
  }

  goOn(): void {
    this.#child?.kill('SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await this.#dir[Symbol.asyncDispose]()
  }
}

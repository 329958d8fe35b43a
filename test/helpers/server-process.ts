import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { testCertificate } from './certificate.js'
import { endChild } from './end-child.js'
import { passivePorts } from './ports.js'
import { type TestServerOptions, yamlOf } from './server.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

/** A server in a process of its own, which can be killed and started again over the same files. */
export class ServerProcess implements AsyncDisposable {
  /** Host folder of the user `acme`. */
  readonly home: string
  readonly #file: string
  #child: ChildProcess | undefined

  private constructor(folder: string) {
    this.home = join(folder, 'data', 'acme')
    this.#file = join(folder, 'portcullis.yaml')
  }

  /** Writes what the server needs into the folder. */
  static async in(folder: string, options: TestServerOptions = {}): Promise<ServerProcess> {
    const server = new ServerProcess(folder)
    const { cert, key } = await testCertificate()
    await mkdir(server.home, { recursive: true })
    await writeFile(join(folder, 'server.crt'), cert)
    await writeFile(join(folder, 'server.key'), key, { mode: 0o600 })
    await writeFile(server.#file, await yamlOf(options, passivePorts(20)), { mode: 0o600 })
    return server
  }

  /** Resolves to the control port when the server takes connections. @throws Error when it does not start */
  async start(env: Readonly<Record<string, string>> = {}): Promise<number> {
    const child = spawn(process.execPath, [MAIN, 'serve', '--config', this.#file], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    })
    this.#child = child
    for await (const line of createInterface({ input: child.stdout })) {
      const { msg, port } = JSON.parse(line) as { msg: string; port: number }
      if (msg !== 'ready') continue
      child.stdout.resume()
      return port
    }
    throw new Error(`the server did not start, exit code ${child.exitCode}`)
  }

  /** Of the process that runs now. */
  get pid(): number {
    const pid = this.#child?.pid
    if (pid === undefined) throw new Error('the server does not run')
    return pid
  }

  /** SIGTERM: it ends as an operator ends it. */
  stop(): Promise<void> {
    return this.#end('SIGTERM')
  }

  /** SIGKILL: nothing in the process gets to run any more. */
  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    await endChild(child, signal)
  }
}

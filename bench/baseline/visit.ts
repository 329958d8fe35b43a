import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client, type ClientOptions, dial, type Wire } from './client.js'
import type { Target } from './target.js'

/** What came of a case, in a few words. */
export interface Outcome {
  readonly text: string
  readonly good: boolean
}

export interface Case {
  readonly name: string
  run(visit: Visit): Promise<Outcome>
}

export const good = (text: string): Outcome => ({ text, good: true })
export const bad = (text: string): Outcome => ({ text, good: false })

let visits = 0

/** One case at one server: owns every connection it opens and every file it leaves behind. */
export class Visit implements Disposable {
  readonly target: Target
  readonly #open: Disposable[] = []
  readonly #files: string[] = []
  readonly #prefix = `baseline-${process.pid}-${++visits}-`

  constructor(target: Target) {
    this.target = target
  }

  /** A name that nothing else has; the file is deleted after the case. */
  file(name: string): string {
    const path = `${this.#prefix}${name}`
    this.#files.push(path)
    return path
  }

  /** A control connection before login. */
  async connect(options: Partial<ClientOptions> = {}): Promise<Client> {
    const { host, port } = this.target
    const client = await Client.connect({ host, port, ...options })
    this.#open.push(client)
    const { code, lines } = await client.reply()
    if (code !== 220) throw new Error(`the greeting is ${lines.at(-1)}`)
    return client
  }

  /** A session that is ready to transfer. @throws Error when the login is refused */
  async login(): Promise<Client> {
    const client = await this.connect()
    const { user, password } = this.target
    for (const line of [`USER ${user}`, `PASS ${password}`, 'PBSZ 0', 'PROT P', 'TYPE I']) {
      const reply = await client.command(line)
      if (reply.code >= 400) throw new Error(`${line.slice(0, 4)} was answered ${reply.lines.at(-1)}`)
    }
    return client
  }

  /** A connection to a data port by somebody who is not the session: another process, or another address. */
  async intrude(port: number, localAddress?: string): Promise<Wire> {
    const wire = await dial({ host: this.target.host, port, localAddress })
    this.#open.push({ [Symbol.dispose]: () => wire.tls.destroy() })
    return wire
  }

  /** A file's content as it lies on the disk, or as a new session reads it; undefined when there is none. */
  async content(path: string): Promise<Buffer | undefined> {
    const { home } = this.target
    if (home !== undefined) return await readFile(join(home, path)).catch(() => undefined)
    const { bytes, reply } = await (await this.login()).download(path)
    return reply.code === 226 ? bytes : undefined
  }

  /** Deletes the files of the case. */
  async cleanUp(): Promise<void> {
    if (this.#files.length === 0) return
    const client = await this.login()
    for (const path of this.#files) await client.command(`DELE ${path}`)
  }

  /** Ends every connection; what waits for one then fails. */
  [Symbol.dispose](): void {
    for (const resource of this.#open.splice(0)) resource[Symbol.dispose]()
  }
}

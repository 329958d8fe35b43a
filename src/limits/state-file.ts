import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import type { Log } from '../core/ports.js'
import type { Mark } from './store.js'

/** Marks by the name of their kind. */
export type State = readonly (readonly [name: string, marks: readonly (readonly [string, Mark])[]])[]

/** From a change to its writing: what comes meanwhile is written with it, and what a crash may lose. */
const DELAY_MS = 1000
/** More than the server ever writes; a larger file is another one. */
const MAX_BYTES = 32 * 2 ** 20
const PRIVATE = 0o600

const saved = z.object({
  v: z.literal(1),
  marks: z.record(z.string(), z.array(z.tuple([z.string(), z.number(), z.number()]))),
})

/** What survives a restart, in a file that is whole at any time. Trouble with it is logged and stops nothing. */
export class StateFile implements AsyncDisposable {
  readonly #path: string
  readonly #state: () => State
  readonly #log: Pick<Log, 'warn'>
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  /** Told of once until it works again. */
  #failing = false

  /** @param state what to write when it is time to */
  constructor(path: string, state: () => State, log: Pick<Log, 'warn'>) {
    this.#path = path
    this.#state = state
    this.#log = log
  }

  /** Nothing where there is no file. */
  async read(): Promise<State> {
    try {
      const { marks } = saved.parse(JSON.parse(await textOf(this.#path)))
      return Object.entries(marks).map(([name, list]) => [
        name,
        list.map(([key, until, value]) => [key, { until, value }] as const),
      ])
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      this.#log.warn(
        { err: error, file: this.#path },
        'bans and known addresses could not be read (auth.state); going on without those from before',
      )
      return []
    }
  }

  /** Has the state written soon. */
  changed(): void {
    this.#timer ??= setTimeout(() => this.#flush(), DELAY_MS).unref()
  }

  /** Writes what is not written yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== undefined) this.#flush()
    await this.#writing
  }

  /** One writing after the other. */
  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(() => this.#write())
  }

  async #write(): Promise<void> {
    const marks = Object.fromEntries(
      this.#state().map(([name, list]) => [name, list.map(([key, { until, value }]) => [key, until, value])]),
    )
    try {
      await replace(this.#path, `${JSON.stringify({ v: 1, marks })}\n`)
      this.#failing = false
    } catch (error) {
      if (!this.#failing)
        this.#log.warn(
          { err: error, file: this.#path },
          'bans and known addresses cannot be written (auth.state); a restart would forget them',
        )
      this.#failing = true
    }
  }
}

async function textOf(path: string): Promise<string> {
  await using file = await open(path)
  const { size } = await file.stat()
  if (size > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`)
  return await file.readFile('utf8')
}

/** In one step and on disk. A crash in between leaves a temporary file of that one name, which the next one replaces. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.new`)
  await rm(temporary, { force: true })
  {
    await using file = await open(temporary, 'wx', PRIVATE)
    await file.writeFile(text)
    await file.sync()
  }
  await rename(temporary, path)
  await using folder = await open(dirname(path))
  await folder.sync()
}

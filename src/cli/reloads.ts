import { ConfigError } from '../config/problem.js'
import type { Log } from '../core/ports.js'
import type { Portcullis } from './compose.js'
import type { ReloadResult } from './control-commands.js'
import { type ConfigSource, usableConfig } from './usable-config.js'

/** One reload at a time, in the order they were asked for. */
export class Reloads {
  #last: Promise<unknown> = Promise.resolve()
  readonly #server: Portcullis
  readonly #log: Log
  readonly #source: ConfigSource

  constructor(server: Portcullis, log: Log, source: ConfigSource) {
    this.#server = server
    this.#log = log
    this.#source = source
  }

  /**
   * Validated first, swapped as a whole; a bad file changes nothing and the log says why.
   *
   * @throws Error whose message tells what is wrong
   */
  run(): Promise<ReloadResult> {
    const result = this.#last.then(() => this.#reload())
    this.#last = result.catch(() => undefined)
    return result
  }

  /** {@link run} for when nobody waits for the answer: it is in the log. */
  request(): void {
    void this.run().catch(() => undefined)
  }

  async #reload(): Promise<ReloadResult> {
    const { config: file } = this.#source
    try {
      const config = await usableConfig(this.#source)
      const needsRestart = await this.#server.reload(config, file)
      this.#log.info({ users: config.users.length, needsRestart }, 'configuration reloaded')
      return { users: config.users.length, needsRestart }
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems.length : 1
      this.#server.reportRejected(file, problems)
      this.#log.error(
        { problem: (error as Error).message },
        'configuration not reloaded, the old one stays in force',
      )
      throw error
    }
  }
}

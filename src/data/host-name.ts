import { lookup } from 'node:dns/promises'
import type { Log } from '../core/ports.js'
import { type Clock, SYSTEM_CLOCK, type Timer } from './clock.js'

/** All IPv4 addresses of a name. Rejects when it has none, or nobody could be asked. */
export type Resolve = (name: string) => Promise<readonly string[]>

export interface HostNameOptions {
  readonly log: Log
  readonly resolve?: Resolve
  readonly clock?: Clock
}

/** Addresses at home or in a cloud change, and the system's resolver tells no time to live. */
const AGAIN_MS = 60_000
/** A name that never resolved: the resolver may start up at the same time as this server. */
const SOON_MS = 5_000
/** So long the server's start waits for an answer. */
const PATIENCE_MS = 5_000

/** The IPv4 address of a host name, asked for again and again. The last good answer stays while no other comes. */
export class HostName implements Disposable {
  readonly name: string
  readonly #log: Log
  readonly #resolve: Resolve
  readonly #clock: Clock
  #timer: Timer | undefined
  #address: string | undefined
  #failing = false
  #closed = false

  private constructor(name: string, { log, resolve = resolveHost, clock = SYSTEM_CLOCK }: HostNameOptions) {
    this.name = name
    this.#log = log
    this.#resolve = resolve
    this.#clock = clock
  }

  /** Resolves with the first answer, or after a few seconds without one. */
  static async watch(name: string, options: HostNameOptions): Promise<HostName> {
    const self = new HostName(name, options)
    await new Promise<void>(resolve => {
      const timer = self.#clock.after(PATIENCE_MS, resolve)
      void self.#ask().finally(() => {
        timer.cancel()
        resolve()
      })
    })
    return self
  }

  /** Undefined until there was an answer. */
  get address(): string | undefined {
    return this.#address
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#timer?.cancel()
  }

  /** One question at a time: the next timer is set when the answer is there, since a slow one holds a thread. */
  async #ask(): Promise<void> {
    const { name } = this
    try {
      const addresses = await this.#resolve(name)
      const [first] = addresses
      if (first === undefined) throw new Error('it has no IPv4 address')
      if (this.#failing) this.#log.info({ name }, 'passive.publicAddress resolves again')
      this.#failing = false
      // Of several in changing order the one that clients were told is kept.
      if (this.#address === undefined || !addresses.includes(this.#address)) this.#take(first)
    } catch (error) {
      if (!this.#failing)
        this.#log.warn(
          { name, err: error, address: this.#address },
          this.#address === undefined
            ? 'passive.publicAddress does not resolve: PASV is refused until it does'
            : 'passive.publicAddress does not resolve: its last address stays in use',
        )
      this.#failing = true
    }
    if (this.#closed) return
    this.#timer = this.#clock.after(this.#address === undefined ? SOON_MS : AGAIN_MS, () => void this.#ask())
  }

  #take(address: string): void {
    if (this.#address !== undefined)
      this.#log.info(
        { name: this.name, before: this.#address, address },
        'passive.publicAddress has another address now',
      )
    this.#address = address
  }
}

/** As the system resolves it. Rejects as {@link Resolve}, but for an empty answer. */
export async function resolveHost(name: string): Promise<string[]> {
  const answers = await lookup(name, { family: 4, all: true })
  return answers.map(({ address }) => address)
}

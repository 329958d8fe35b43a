import type { Client } from '../client.js'
import { bad, type Case, good, type Visit } from '../visit.js'

/** After so many wrong ones the right one is tried. */
const CHECKPOINTS = [5, 10, 20, 50, 100, 200, 500]
/** An address of its own, so that what it is refused for hits no other case. */
const GUESSER = '127.0.0.9'
/** Connections in a row that answer no guess: the server has had enough. */
const MOST_USELESS = 3
const MOST_MS = 20_000

export const wrongPasswords: Case = {
  name: `${CHECKPOINTS.at(-1)} wrong passwords`,
  async run(visit) {
    const guesser = new Guesser(visit)
    for (const goal of CHECKPOINTS) {
      await guesser.guessUpTo(goal)
      const text = `${guesser.answered} answered in ${guesser.seconds} s`
      if (guesser.slowed) return good(`${text}: slowed down`)
      if (guesser.answered < goal) return good(`${text}, then no connection any more`)
      if (!(await guesser.isRightTaken())) return good(`${text}, then not even the right one is taken`)
    }
    return bad(`${guesser.answered} answered in ${guesser.seconds} s, no limit`)
  },
}

class Guesser {
  answered = 0
  slowed = false
  readonly #visit: Visit
  readonly #from: { localAddress?: string }
  readonly #started = performance.now()
  #client: Client | undefined

  constructor(visit: Visit) {
    this.#visit = visit
    this.#from = /^127\.|^localhost$/.test(visit.target.host) ? { localAddress: GUESSER } : {}
  }

  get seconds(): string {
    return ((performance.now() - this.#started) / 1_000).toFixed(1)
  }

  async guessUpTo(goal: number): Promise<void> {
    let useless = 0
    while (this.answered < goal && useless < MOST_USELESS && !this.slowed) {
      try {
        this.#client ??= await this.#visit.connect(this.#from)
        await this.#login(this.#client, `wrong ${this.answered}`)
        this.answered++
        useless = 0
      } catch {
        // The server closed the connection; the guesser opens another.
        this.#client = undefined
        useless++
      }
      this.slowed = performance.now() - this.#started > MOST_MS
    }
  }

  async isRightTaken(): Promise<boolean> {
    try {
      using client = await this.#visit.connect(this.#from)
      return (await this.#login(client, this.#visit.target.password)) === 230
    } catch {
      return false
    }
  }

  /** The code of the reply to the password. @throws Error when the server closes the connection instead */
  async #login(client: Client, password: string): Promise<number> {
    await client.command(`USER ${this.#visit.target.user}`)
    const { code } = await client.command(`PASS ${password}`)
    if (code === 421) throw new Error('the server closes the connection')
    return code
  }
}

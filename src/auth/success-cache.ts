import { createHmac, randomBytes } from 'node:crypto'

/** What a password was right for. */
export interface Claim {
  readonly user: string
  readonly hash: string
  readonly password: string
}

/** Remembers for a short time which claims were right, under a key that dies with the process. */
export class SuccessCache {
  readonly #key = randomBytes(32)
  /** By the claim's HMAC: when it is forgotten, in milliseconds of the clock. Oldest first. */
  readonly #until = new Map<string, number>()
  readonly #ttl: number
  readonly #size: number
  readonly #now: () => number

  /** @param ttl milliseconds; @param size most claims remembered at a time */
  constructor(ttl: number, size: number, now: () => number) {
    this.#ttl = ttl
    this.#size = size
    this.#now = now
  }

  has(claim: Claim): boolean {
    const until = this.#until.get(this.#digest(claim))
    return until !== undefined && this.#now() < until
  }

  add(claim: Claim): void {
    const digest = this.#digest(claim)
    this.#until.delete(digest)
    this.#until.set(digest, this.#now() + this.#ttl)
    const [oldest] = this.#until.keys()
    if (this.#until.size > this.#size && oldest !== undefined) this.#until.delete(oldest)
  }

  clear(): void {
    this.#until.clear()
  }

  /** As JSON, so that no part can reach into the next. */
  #digest({ user, hash, password }: Claim): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([user, hash, password]))
      .digest('base64')
  }
}

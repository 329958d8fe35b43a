import { type RedisClient, timed } from './redis-client.js'
import type { Mark, Marks } from './store.js'

/** Keys that one step of a search looks at. */
const SCAN_COUNT = 1000

/** Marks as plain keys that Redis lets expire. */
export class RedisMarks implements Marks {
  readonly #client: RedisClient
  readonly #prefix: string

  /** @param prefix of the keys, without the colon */
  constructor(client: RedisClient, prefix: string) {
    this.#client = client
    this.#prefix = prefix
  }

  async get(key: string): Promise<Mark | undefined> {
    const name = this.#name(key)
    const [value, left] = await timed(Promise.all([this.#client.get(name), this.#client.pTTL(name)]))
    return value === null || left <= 0 ? undefined : { until: Date.now() + left, value: Number(value) }
  }

  async set(key: string, value: number, duration: number): Promise<void> {
    await timed(this.#client.set(this.#name(key), String(value), { expiration: inMs(duration) }))
  }

  async claim(key: string, value: number, duration: number): Promise<boolean> {
    const options = { expiration: inMs(duration), condition: 'NX' } as const
    return (await timed(this.#client.set(this.#name(key), String(value), options))) !== null
  }

  async delete(key: string): Promise<void> {
    await timed(this.#client.del(this.#name(key)))
  }

  async deleteFrom(prefix: string): Promise<void> {
    for await (const names of this.#names(prefix)) await timed(this.#client.del(names))
  }

  async list(): Promise<readonly (readonly [string, Mark])[]> {
    const found = new Map<string, Mark>()
    for await (const names of this.#names('')) {
      const keys = names.map(name => name.slice(this.#prefix.length + 1))
      const marks = await Promise.all(keys.map(key => this.get(key)))
      for (const [index, key] of keys.entries()) {
        const mark = marks[index]
        if (mark !== undefined) found.set(key, mark)
      }
    }
    return [...found]
  }

  /** Whole names of the keys that begin so, in batches that are never empty. */
  async *#names(prefix: string): AsyncGenerator<string[]> {
    const MATCH = `${escaped(this.#name(prefix))}*`
    let cursor = '0'
    do {
      const page = await timed(this.#client.scan(cursor, { MATCH, COUNT: SCAN_COUNT }))
      if (page.keys.length > 0) yield page.keys
      cursor = page.cursor
    } while (cursor !== '0')
  }

  #name(key: string): string {
    return `${this.#prefix}:${key}`
  }
}

const inMs = (duration: number) => ({ type: 'PX', value: Math.max(1, Math.ceil(duration)) }) as const

const escaped = (text: string): string => text.replace(/[\\*?[\]^-]/g, '\\$&')

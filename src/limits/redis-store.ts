import { RateLimiterRedis } from 'rate-limiter-flexible'
import { connectTo, type RedisClient, timed } from './redis-client.js'
import { RedisMarks } from './redis-marks.js'
import type { Counters, Marks, Store } from './store.js'

/** Before all keys: other programs may use the same database. */
const PREFIX = 'portcullis'

export interface RedisEvents {
  /** Told at every failure to connect, and when the connection is lost. */
  readonly lost: (error: Error) => void
  /** Told when commands can be sent, again or for the first time, and now and then while they can. */
  readonly ready: () => void
}

/** Counts and marks that several servers share, in Redis or Valkey. Connects again by itself. */
export class RedisStore implements Store {
  readonly #client: RedisClient

  private constructor(client: RedisClient) {
    this.#client = client
  }

  /** Resolves when the first attempt to connect came to an end, good or bad. @param url `redis://` or `rediss://` */
  static async open(url: string, events: RedisEvents): Promise<RedisStore> {
    const client = connectTo(url)
    await new Promise<void>(resolve => {
      client.on('ready', () => {
        events.ready()
        resolve()
      })
      // One that hung and goes on has lost no connection.
      client.on('ping-interval', () => events.ready())
      client.on('error', (error: Error) => {
        events.lost(error)
        resolve()
      })
      // Resolves only when connected, which may be never; the events above tell.
      client.connect().catch(() => {})
    })
    return new RedisStore(client)
  }

  counters(name: string): Counters {
    const keyPrefix = `${PREFIX}:count:${name}`
    const limiter = new RateLimiterRedis({
      storeClient: this.#client,
      useRedisPackage: true,
      points: 0,
      duration: 0,
      keyPrefix,
    })
    return {
      async add(key, window) {
        const { consumedPoints } = await timed(
          limiter.penalty(key, 1, { customDuration: wholeSeconds(window) }),
        )
        return consumedPoints
      },
      async clear(key) {
        await timed(limiter.delete(key))
      },
      clearFrom: prefix => new RedisMarks(this.#client, keyPrefix).deleteFrom(prefix),
    }
  }

  marks(name: string): Marks {
    return new RedisMarks(this.#client, `${PREFIX}:mark:${name}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy()
  }
}

/** The library counts in seconds, and takes less than one for no end at all. */
const wholeSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000))

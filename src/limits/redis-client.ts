import { createClient } from '@redis/client'

/** For one command, its way there and back: a login asks for several. */
const COMMAND_TIMEOUT_MS = 1000
const CONNECT_TIMEOUT_MS = 2000
/** A server that hangs is found by a ping without an answer, even while nobody asks it for anything. */
const PING_MS = 3000
const SILENCE_MS = 7000
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 2000
/** Commands on their way; more are refused. */
const MAX_COMMANDS = 10_000

export type RedisClient = ReturnType<typeof connectTo>

/** A client that connects, and connects again, once it is told to. @param url `redis://` or `rediss://` */
export const connectTo = (url: string) =>
  createClient({
    url,
    // While there is no connection nothing is kept to be sent later: who asks wants an answer now.
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_COMMANDS,
    pingInterval: PING_MS,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SILENCE_MS,
      reconnectStrategy: (retries: number) => Math.min(FIRST_RETRY_MS * 2 ** retries, LONGEST_RETRY_MS),
    },
  })

/** Bounds the wait for an answer. @throws Error when it is over, or the answer is one */
export async function timed<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the store did not answer in time')), COMMAND_TIMEOUT_MS)
  })
  try {
    return await Promise.race([answer, tooLong])
  } finally {
    clearTimeout(timer)
  }
}

import { setTimeout } from 'node:timers/promises'
import { FtpClient } from '../../test/helpers/ftp-client.js'

const GUESSES = 450
const AT_A_TIME = 20
/** From an answer to the next guess: what the network takes. Without it, guesser and server would fight for the processor. */
const ROUND_TRIP_MS = 50

/**
 * Guesses without end: 450 from one address, 20 connections at a time, then from the next one. A guess whose connection
 * is refused counts too. Writes a line for each address that is through.
 */
export async function flood(port: number, user: string): Promise<never> {
  for (let host = 0; ; host++) {
    const localAddress = `127.0.${10 + (host >> 8)}.${1 + (host & 0xff)}`
    let left = GUESSES
    const next = () => left-- > 0
    await Promise.all(Array.from({ length: AT_A_TIME }, () => guess(port, user, localAddress, next)))
    process.stdout.write(`${localAddress}\n`)
  }
}

async function guess(port: number, user: string, localAddress: string, next: () => boolean): Promise<void> {
  let client: FtpClient | undefined
  for (let number = 0; next(); number++) {
    await setTimeout(ROUND_TRIP_MS)
    try {
      client ??= await FtpClient.connect(port, { localAddress })
      // Half of the guesses are at names that do not exist.
      await client.command(`USER ${number % 2 === 0 ? user : `user${number}`}`)
      await client.command(`PASS guess ${number}`)
    } catch {
      client?.[Symbol.dispose]()
      client = undefined
    }
  }
  client?.[Symbol.dispose]()
}

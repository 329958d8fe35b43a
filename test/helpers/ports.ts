let handedOut = 0

/** Beneath the ephemeral range of Linux (32768 and up), so that no outgoing connection takes one meanwhile. */
const FIRST = 10_000
const COUNT = 22_000
const SLOT = 20

/** A passive range `from-to` that no other test process is likely to use; a port in use is passed over anyway. */
export function passivePorts(count: number): string {
  const slot = (process.pid * 13 + handedOut++ * Math.ceil(count / SLOT)) * SLOT
  const from = FIRST + (slot % (COUNT - count))
  return `${from}-${from + count - 1}`
}

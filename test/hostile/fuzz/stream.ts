import { anyLine, transferLine } from './lines.js'
import { Random } from './random.js'

/** How a client deals with the data connection of one transfer. */
const WAYS = [
  'whole',
  'abort',
  'abort-telnet',
  'reset',
  'fin',
  'no-ticket',
  'garbage',
  'silent',
  'twice',
  'pipelined',
  'reset-control',
] as const
type Way = (typeof WAYS)[number]

/** How a stream ends. `close` is TLS close_notify and FIN, `fin` lacks the close_notify. */
const ENDINGS = ['quit', 'close', 'fin', 'reset', 'half-line', 'endless', 'garbage'] as const

/** Bytes are latin1 texts, so that a stream can be printed and given back. */
export type Action =
  | { readonly do: 'login' }
  /** Lines with their ends, one to a text; sent in records of so many bytes, 0 for all in one. */
  | { readonly do: 'lines'; readonly lines: readonly string[]; readonly record: number }
  | { readonly do: 'transfer'; readonly line: string; readonly way: Way; readonly bytes: number }
  /** PASV or EPSV without a transfer. */
  | { readonly do: 'passive'; readonly times: number }
  | { readonly do: 'end'; readonly how: (typeof ENDINGS)[number] }

export interface Stream {
  /** Most bytes of a TCP segment the client sends; 0 leaves it to the kernel. */
  readonly segment: number
  readonly actions: readonly Action[]
}

/** Commands that wait at the server are at most 64: a few more than that now and then. */
const LINES = [1, 2, 8, 32, 64, 64, 64, 120]
const RECORDS = [0, 0, 0, 0, 0, 1, 7, 64, 1000]

/** The stream of a campaign with this number: the same for the same seed, whatever came before. */
export function streamOf(seed: string, index: number): Stream {
  const random = new Random(`${seed}/${index}`)
  const actions: Action[] = []
  // Before login ten refused lines end a session, so most of what is behind it is reached only after it.
  if (random.once(12)) actions.push(lines(random))
  if (!random.once(25)) actions.push({ do: 'login' })
  for (let left = random.between(2, 16); left > 0; left--) actions.push(step(random))
  actions.push({ do: 'end', how: random.pick(ENDINGS) })
  return { segment: random.once(12) ? random.pick([1, 3, 40, 1000]) : 0, actions }
}

function step(random: Random): Action {
  if (random.once(30)) return { do: 'passive', times: random.between(1, 4) }
  if (!random.once(7)) return lines(random)
  const way = random.once(2) ? 'whole' : random.pick(WAYS)
  return { do: 'transfer', line: transferLine(random), way, bytes: random.pick([0, 1, 1000, 70_000]) }
}

const lines = (random: Random): Action => ({
  do: 'lines',
  lines: Array.from({ length: random.pick(LINES) }, () => anyLine(random)),
  record: random.pick(RECORDS),
})

import { REPLIES } from '../../../src/protocol/replies.js'

/** Something the server must never do. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

const CODES: ReadonlySet<number> = new Set(Object.values(REPLIES).map(([code]) => code))

/** Errors of the host, a stack, a library's name: no client's business. */
const INTERNALS =
  /\b(ENOENT|EACCES|EPERM|ELOOP|ENOTDIR|EISDIR|EINVAL|EBADF|EMFILE|ENOSPC|ENAMETOOLONG|ERR_[A-Z_]+)\b|\bat \S+ \(.*:\d+:\d+\)|node:internal|node_modules|[Oo]penSSL|undefined|\[object /

/** Reads replies as a strict client would, and looks for what none may hold. */
export class ReplyReader {
  /** Final replies so far. */
  finals = 0
  /** Whether the last one was a 421 or a 221: the server takes its leave. */
  ended = false
  /** The last line so far. */
  last = ''
  /** The codes seen, by how often. */
  readonly seen = new Map<number, number>()
  #text = ''
  #open: string | undefined
  readonly #forbidden: readonly string[]

  /** @param forbidden texts that stand in no reply: host paths, versions, other users' bytes */
  constructor(forbidden: readonly string[]) {
    this.#forbidden = forbidden
  }

  /** @throws Violation */
  push(text: string): void {
    this.#text += text
    const end = this.#text.lastIndexOf('\r\n')
    if (end < 0) return
    const whole = this.#text.slice(0, end)
    this.#text = this.#text.slice(end + 2)
    for (const forbidden of this.#forbidden)
      if (whole.includes(forbidden)) throw new Violation(`a reply holds ${forbidden}: ${whole}`)
    for (const line of whole.split('\r\n')) this.#line(line)
  }

  #line(line: string): void {
    if (/[\r\n\0]/.test(line)) throw new Violation(`a line end within a reply: ${JSON.stringify(line)}`)
    if (this.#open !== undefined) {
      if (line.startsWith(`${this.#open} `)) this.#final(line)
      return
    }
    const [, code, mark] = /^(\d{3})([ -])/.exec(line) ?? []
    if (code === undefined) throw new Violation(`not a reply: ${JSON.stringify(line)}`)
    if (!CODES.has(Number(code))) throw new Violation(`an unknown code: ${line}`)
    if (mark === '-') this.#open = code
    else if (Number(code) >= 200) this.#final(line)
    else this.last = line
    // What quotes the client is not looked at; STOU's name and MLST's path are its own.
    if (Number(code) >= 400 && INTERNALS.test(line)) throw new Violation(`internals in a reply: ${line}`)
  }

  #final(line: string): void {
    const code = Number(line.slice(0, 3))
    this.#open = undefined
    this.last = line
    if (code === 421 || code === 221) this.ended = true
    if (code !== 421) this.finals++
    this.seen.set(code, (this.seen.get(code) ?? 0) + 1)
  }
}

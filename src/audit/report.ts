import type { Position } from './entries.js'
import type { ParsedRecord } from './parse.js'

export interface Problem extends Position {
  /** `key`: not one record matches the one before it, so the key is the wrong one, or missing. */
  readonly kind: 'changed' | 'removed' | 'inserted' | 'key'
  readonly message: string
}

export interface Findings {
  /** Records that could be read. */
  readonly records: number
  /** Number of the oldest record; above 1 when rotation or a log shipper took the files before it. */
  readonly firstSeq: number | undefined
  readonly lastSeq: number | undefined
  /** Empty for a log nobody touched; the first one names the first line that is not as it was written. */
  readonly problems: readonly Problem[]
  /** Incomplete lines that a crash or a full disk left and the chain accounts for. */
  readonly torn: readonly Position[]
  /** The last line is incomplete: the server was killed, and has not been started since. */
  readonly tornTail: boolean
  /** The last record says that the server stopped as it should. */
  readonly cleanStop: boolean
}

/** A log with more problems than this needs no longer list. */
const MAX_PROBLEMS = 100
const MAX_TORN = 1000

/** What a walk found, in memory that does not grow with the log. */
export class Report {
  #records = 0
  #firstSeq: number | undefined
  #lastSeq: number | undefined
  #matched = 0
  #failed = 0
  #problems: Problem[] = []
  readonly #torn: Position[] = []

  sawRecord({ seq }: ParsedRecord): void {
    this.#records += 1
    this.#firstSeq ??= seq
    this.#lastSeq = seq
  }

  linkMatched(): void {
    this.#matched += 1
  }

  linkFailed(): void {
    this.#failed += 1
  }

  torn(lines: readonly Position[]): void {
    const room = MAX_TORN - this.#torn.length
    for (const { file, line } of lines.slice(0, room)) this.#torn.push({ file, line })
  }

  problem(kind: Problem['kind'], { file, line }: Position, message: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ file, line, kind, message })
  }

  finish(): Omit<Findings, 'tornTail' | 'cleanStop'> {
    const [first] = this.#problems
    if (first !== undefined && this.#matched === 0 && this.#failed > 1) {
      const message = 'no record matches the one before it: is this the key the log was written with?'
      this.#problems = [{ ...first, kind: 'key', message }]
    }
    return {
      records: this.#records,
      firstSeq: this.#firstSeq,
      lastSeq: this.#lastSeq,
      problems: this.#problems,
      torn: this.#torn,
    }
  }
}

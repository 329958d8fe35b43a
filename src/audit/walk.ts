import { type ChainState, GENESIS, hashTorn, MAX_TORN_LINES, START, tornBytes } from './chain.js'
import type { Entry, Position } from './entries.js'
import { firstSeqByName } from './names.js'
import type { ParsedRecord } from './parse.js'
import { type Findings, Report } from './report.js'

type RecordEntry = Entry & { readonly record: ParsedRecord }

/** How far back a forged stretch is recognised as inserted, in records. */
const REMEMBERED = 1000

/** Follows the chain line by line; what does not fit is told by what the lines around it say. */
export class ChainWalk {
  readonly #key: Uint8Array | undefined
  readonly #report = new Report()
  /** Undefined until the oldest record is seen. */
  #state: ChainState | undefined
  #last: RecordEntry | undefined
  #torn: Entry[] = []
  /** By a line's hash: the record that was taken as its successor. */
  readonly #successors = new Map<string, Position & { readonly seq: number }>()

  constructor(key: Uint8Array | undefined) {
    this.#key = key
  }

  take(entry: Entry, next: Entry | undefined): void {
    if (!isRecord(entry)) {
      // What it is, only the record after it can tell. One more than allowed can never fit the chain.
      if (this.#torn.length <= MAX_TORN_LINES) this.#torn.push(entry)
      return
    }
    this.#report.sawRecord(entry.record)
    if (this.#torn.length > 0) this.#afterTorn(entry, next)
    else if (this.#state === undefined) this.#takeFirst(entry)
    else this.#check(this.#state, entry, next)
  }

  finish(): Findings {
    const [first] = this.#torn
    const tornTail = this.#torn.length === 1 && first?.ended === false
    if (first !== undefined && !tornTail) this.#report.problem('inserted', first, 'this line is not a record')
    return {
      ...this.#report.finish(),
      tornTail,
      cleanStop: !first && this.#last?.record.event === 'server.stopped',
    }
  }

  #takeFirst(entry: RecordEntry): void {
    const { seq, prev } = entry.record
    const named = firstSeqByName(entry.file)
    if (seq === 1 && prev !== GENESIS)
      this.#report.problem('changed', entry, 'the first record is not the first')
    else if (named !== undefined && named < seq) {
      this.#report.problem('removed', entry, `records ${named} to ${seq - 1} are missing before this line`)
    }
    this.#accept(entry)
  }

  #afterTorn(entry: RecordEntry, next: Entry | undefined): void {
    const torn = this.#torn
    const [first] = torn as [Entry]
    this.#torn = []
    const { event, seq, prev, torn: told } = entry.record
    const state = this.#state ?? (seq === 1 ? START : undefined)
    const lines = torn.map(line => line.bytes)
    const recovered =
      event === 'audit.recovered' &&
      told === tornBytes(lines) &&
      (state === undefined || (prev === hashTorn(state.prev, lines, this.#key) && seq === state.seq + 1))
    if (recovered) {
      this.#report.torn(torn)
      if (state !== undefined) this.#report.linkMatched()
      this.#accept(entry)
    } else if (state !== undefined && prev === state.prev) {
      this.#report.problem('inserted', first, 'this line is not a record')
      if (this.#state === undefined) this.#takeFirst(entry)
      else this.#check(state, entry, next)
    } else {
      // Of the right length, the text may be as it was, and the line before it not.
      const suspect = event === 'audit.recovered' && told === tornBytes(lines) ? (this.#last ?? first) : first
      this.#report.problem(
        'changed',
        suspect,
        'this line, or the text after it, is not what the next record names',
      )
      this.#accept(entry)
    }
  }

  #check(state: ChainState, entry: RecordEntry, next: Entry | undefined): void {
    const { seq, prev, torn } = entry.record
    const inOrder = seq === state.seq + 1
    const report = this.#report
    if (prev === state.prev) {
      report.linkMatched()
      if (!inOrder)
        report.problem('changed', entry, `this record is numbered ${seq} instead of ${state.seq + 1}`)
      this.#accept(entry, state.seq + 1)
      return
    }
    report.linkFailed()
    const forged = this.#successors.get(prev)
    if (next?.record?.prev === state.prev || this.#isCopy(entry, state)) {
      report.problem('inserted', entry, 'the records around this line follow each other without it')
      return
    }
    if (forged?.seq === seq) {
      report.problem(
        'inserted',
        forged,
        `the chain goes on without this line in line ${entry.line} of ${entry.file}`,
      )
    } else if (seq > state.seq + 1) {
      report.problem('removed', entry, `records ${state.seq + 1} to ${seq - 1} are missing before this line`)
    } else if (!inOrder) {
      report.problem('inserted', entry, `record ${seq} does not belong after record ${state.seq}`)
      return
    } else if (torn !== undefined) {
      report.problem('removed', entry, 'the incomplete text before this line is missing or changed')
    } else if (this.#last === undefined || (next?.record !== undefined && next.record.prev !== entry.hash)) {
      report.problem('changed', entry, 'this line matches neither the record before it nor the one after it')
    } else {
      report.problem('changed', this.#last, 'the next record names another hash for this line')
    }
    this.#accept(entry)
  }

  #isCopy(entry: Entry, state: ChainState): boolean {
    return entry.hash === state.prev || this.#successors.has(entry.hash)
  }

  #accept(entry: RecordEntry, seq = entry.record.seq): void {
    this.#successors.set(this.#state?.prev ?? GENESIS, { file: entry.file, line: entry.line, seq })
    const [oldest] = this.#successors.keys()
    if (oldest !== undefined && this.#successors.size > REMEMBERED) this.#successors.delete(oldest)
    this.#state = { seq, prev: entry.hash }
    this.#last = entry
  }
}

const isRecord = (entry: Entry): entry is RecordEntry => entry.record !== undefined

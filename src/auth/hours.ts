import { wallClockOf } from './wall-minutes.js'

const MINUTE = 60_000
const DAY = 1440
const WEEK = 7 * DAY
/** More than the clocks of any zone are changed in one week. */
const MOST_CHANGES = 8

/** Hours of the week, by the clocks of a time zone. */
export interface HoursRecord {
  /** IANA name. */
  readonly timeZone: string
  readonly allow: readonly {
    /** On which it begins; 0 is Monday. */
    readonly days: readonly number[]
    /** Minutes since midnight. */
    readonly from: number
    /** Minutes since midnight, not included; before `from`, it is on the next day. */
    readonly to: number
  }[]
}

/** A stretch of the week in minutes since its beginning; the end is not included. */
type Span = readonly [from: number, to: number]

/**
 * When somebody may be here. What the clocks on the wall show decides: the hour that comes twice when summer time ends
 * counts both times, and a time that is left out when it begins never comes.
 */
export class Hours {
  /** Ascending, with a gap between each and the next. */
  readonly #spans: readonly Span[]
  readonly #minuteOfWeek: (time: number) => number

  /** @throws RangeError for a time zone that is none */
  constructor({ timeZone, allow }: HoursRecord) {
    this.#minuteOfWeek = wallClockOf(timeZone)
    this.#spans = merged(
      allow.flatMap(({ days, from, to }) =>
        days.flatMap(day => inWeek(day * DAY + from, day * DAY + (to > from ? to : to + DAY))),
      ),
    )
  }

  /** @param time milliseconds since 1970 */
  allows(time: number): boolean {
    return this.#spanAt(this.#minuteOfWeek(time)) !== undefined
  }

  /** The first moment after `time` at which {@link allows} says something else; undefined when it never does. */
  changeAfter(time: number): number | undefined {
    const allowed = this.allows(time)
    let at = Math.floor(time / MINUTE) * MINUTE
    for (let changes = 0; changes < MOST_CHANGES; changes += 1) {
      const left = this.#minutesLeft(this.#minuteOfWeek(at))
      // As far as the clocks are not changed in between.
      const end = at + Math.min(left, WEEK) * MINUTE
      const clockChange = this.#clockChange(at, end)
      if (clockChange === undefined) return left === Number.POSITIVE_INFINITY ? undefined : end
      if (this.allows(clockChange) !== allowed) return clockChange
      at = clockChange
    }
    return at
  }

  #spanAt(minute: number): Span | undefined {
    return this.#spans.find(([from, to]) => from <= minute && minute < to)
  }

  /** How long the clock may run on from there before the answer is another. */
  #minutesLeft(minute: number): number {
    const [first] = this.#spans
    if (first === undefined || (first[0] === 0 && first[1] === WEEK)) return Number.POSITIVE_INFINITY
    const span = this.#spanAt(minute)
    if (span === undefined) {
      const next = this.#spans.find(([from]) => from > minute)
      return (next?.[0] ?? first[0] + WEEK) - minute
    }
    // Over midnight from Sunday to Monday it is one.
    return span[1] === WEEK && first[0] === 0 ? first[1] + WEEK - minute : span[1] - minute
  }

  /** The first minute after `from`, `to` included, whose clocks are set otherwise than at `from`. */
  #clockChange(from: number, to: number): number | undefined {
    const offset = this.#offset(from)
    if (this.#offset(to) === offset) return undefined
    let [same, other] = [from, to]
    while (other - same > MINUTE) {
      const middle = same + Math.floor((other - same) / MINUTE / 2) * MINUTE
      if (this.#offset(middle) === offset) same = middle
      else other = middle
    }
    return other
  }

  /** What the clocks show beyond UTC, in minutes, in some week. */
  #offset(time: number): number {
    const utc = Math.floor(time / MINUTE)
    return (((this.#minuteOfWeek(time) - utc) % WEEK) + WEEK) % WEEK
  }
}

/** Cut in two where it goes over the end of the week. */
const inWeek = (from: number, to: number): Span[] =>
  to <= WEEK
    ? [[from, to]]
    : [
        [from, WEEK],
        [0, to - WEEK],
      ]

function merged(spans: readonly Span[]): Span[] {
  const all: [from: number, to: number][] = []
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = all.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else all.push([from, to])
  }
  return all
}

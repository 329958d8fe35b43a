import { Fault } from '../core/fault.js'
import type { Identity } from '../core/identity.js'
import type { Occupant, SessionCounter } from '../core/login-ports.js'
import { LONGEST_WAIT } from '../core/timers.js'
import { WALL_CLOCK, type WallClock } from './clock.js'
import type { Standing } from './standing.js'

interface Place {
  readonly identity: Identity
  readonly occupant: Occupant
}

export interface SessionRules {
  readonly standing: (identity: Identity, occupant: Occupant) => Standing
  /** The system's clock when left out. */
  readonly clock?: WallClock
}

/** The sessions of each user: how many there are, and how long they may stay. */
export class UserSessions implements SessionCounter, Disposable {
  readonly #places = new Map<string, Set<Place>>()
  readonly #standing: SessionRules['standing']
  readonly #clock: WallClock
  #timer: { cancel(): void } | undefined
  /** When the timer's session has to be over, in milliseconds since 1970. */
  #due = Number.POSITIVE_INFINITY

  constructor({ standing, clock = WALL_CLOCK }: SessionRules) {
    this.#standing = standing
    this.#clock = clock
  }

  /**
   * Counts one session more until the result is disposed; disposing it again does nothing. Nothing is waited for
   * between counting and taking the place, so logins at the same time cannot share one.
   */
  enter(identity: Identity, occupant: Occupant): Disposable {
    const { name, maxSessions } = identity
    const standing = this.#standing(identity, occupant)
    if (!standing.stays) throw new Fault('login_refused', { reason: standing.reason })
    const places = this.#places.get(name) ?? new Set()
    if (maxSessions !== undefined && places.size >= maxSessions) {
      throw new Fault('login_refused', { reason: 'too_many_sessions' })
    }
    const place = { identity, occupant }
    places.add(place)
    this.#places.set(name, places)
    this.#wakeAt(standing.until)
    return {
      [Symbol.dispose]: () => {
        places.delete(place)
        if (places.size === 0 && this.#places.get(name) === places) this.#places.delete(name)
      },
    }
  }

  /** Ends the sessions that may not go on. To be called when the users were replaced; time needs no call. */
  review(): void {
    this.#timer?.cancel()
    this.#due = Number.POSITIVE_INFINITY
    for (const { identity, occupant } of [...this.#places.values()].flatMap(places => [...places])) {
      const standing = this.#standing(identity, occupant)
      if (standing.stays) this.#wakeAt(standing.until)
      else occupant[standing.how](standing.reason)
    }
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel()
  }

  #wakeAt(moment: number | undefined): void {
    if (moment === undefined || moment >= this.#due) return
    this.#due = moment
    this.#timer?.cancel()
    const wait = Math.max(0, moment - this.#clock.now())
    // What is further off than a timer goes is looked at again on the way.
    this.#timer = this.#clock.after(Math.min(wait, LONGEST_WAIT), () => this.review())
  }
}

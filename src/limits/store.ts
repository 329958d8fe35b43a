/** Counts by key. A count forgets itself when its window, which the first of it opens, is over. */
export interface Counters {
  /** Counts one and tells how many that makes. The window, in milliseconds, is of use only to the first. */
  add(key: string, window: number): Promise<number>
  clear(key: string): Promise<void>
  /** Clears every key that begins so. */
  clearFrom(prefix: string): Promise<void>
}

export interface Mark {
  /** Milliseconds since 1970. */
  readonly until: number
  readonly value: number
}

/** Keys with a number that hold until a moment. */
export interface Marks {
  /** Undefined when there is none, or its time is over. */
  get(key: string): Promise<Mark | undefined>
  /** For so many milliseconds, in place of one that is there. */
  set(key: string, value: number, duration: number): Promise<void>
  /** As `set`, where there is none. False when there is one: of several who try, one gets true. */
  claim(key: string, value: number, duration: number): Promise<boolean>
  delete(key: string): Promise<void>
  /** Deletes every key that begins so. */
  deleteFrom(prefix: string): Promise<void>
  list(): Promise<readonly (readonly [key: string, mark: Mark])[]>
}

/** Where counts and marks are kept. Every method of both throws the error of the store. */
export interface Store extends AsyncDisposable {
  /** Apart from all others by its name. */
  counters(name: string): Counters
  /** As {@link counters}; the names are apart from theirs. */
  marks(name: string): Marks
}

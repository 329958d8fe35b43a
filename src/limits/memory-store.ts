import type { Log } from '../core/ports.js'
import { MemoryCounters } from './memory-counters.js'
import { MemoryMarks } from './memory-marks.js'
import { StateFile } from './state-file.js'
import type { Counters, Marks, Store } from './store.js'

/** Counts and marks of this process alone. */
export class MemoryStore implements Store {
  readonly #counters = new Map<string, MemoryCounters>()
  readonly #marks = new Map<string, MemoryMarks>()
  #file: StateFile | undefined

  /** Marks are as the file has them, and are kept in it. One that cannot be read is told of and left behind. */
  static async open(path: string, log: Pick<Log, 'warn'>): Promise<MemoryStore> {
    const store = new MemoryStore()
    const file = new StateFile(path, () => store.#state(), log)
    for (const [name, marks] of await file.read())
      for (const [key, mark] of marks) store.marks(name).put(key, mark)
    store.#file = file
    return store
  }

  counters(name: string): Counters {
    const found = this.#counters.get(name) ?? new MemoryCounters()
    this.#counters.set(name, found)
    return found
  }

  marks(name: string): MemoryMarks & Marks {
    const found = this.#marks.get(name) ?? new MemoryMarks(() => this.#file?.changed())
    this.#marks.set(name, found)
    return found
  }

  /** What is to be kept is in the file then. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.[Symbol.asyncDispose]()
  }

  #state() {
    return [...this.#marks].map(([name, marks]) => [name, marks.current()] as const)
  }
}

import { type FileHandle, open } from 'node:fs/promises'
import { hashLine } from './chain.js'
import { linesForward, type NumberedLine } from './forward.js'
import { rotatedFiles } from './names.js'
import { type ParsedRecord, parseRecord } from './parse.js'

/** Where a line stands. */
export interface Position {
  readonly file: string
  readonly line: number
}

/** One line of the log with what it says and its hash. */
export interface Entry extends Position, NumberedLine {
  /** Undefined when the line is no record. */
  readonly record: ParsedRecord | undefined
  readonly hash: string
}

/** The files of a log and their lines, from the oldest kept record to the newest. */
export class LogReader implements AsyncDisposable {
  readonly files: readonly string[]
  readonly #live: FileHandle

  private constructor(files: readonly string[], live: FileHandle) {
    this.files = files
    this.#live = live
  }

  /** @throws the error of the file system when the live file is missing or not readable */
  static async open(file: string): Promise<LogReader> {
    // The live file first: should the server rotate meanwhile, the handle keeps its content for us.
    const live = await open(file, 'r')
    return new LogReader([...rotatedFiles(file), file], live)
  }

  /** Every line with the one after it. */
  async *entries(key: Uint8Array | undefined): AsyncGenerator<[entry: Entry, next: Entry | undefined]> {
    let held: Entry | undefined
    for await (const entry of this.#all(key)) {
      if (held !== undefined) yield [held, entry]
      held = entry
    }
    if (held !== undefined) yield [held, undefined]
  }

  async *#all(key: Uint8Array | undefined): AsyncGenerator<Entry> {
    const { ino, dev } = await this.#live.stat()
    for (const file of this.files.slice(0, -1)) {
      await using handle = await open(file, 'r')
      const stat = await handle.stat()
      if (stat.ino !== ino || stat.dev !== dev) yield* entriesOf(file, handle, key)
    }
    yield* entriesOf(this.files.at(-1) ?? '', this.#live, key)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#live.close()
  }
}

async function* entriesOf(
  file: string,
  handle: FileHandle,
  key: Uint8Array | undefined,
): AsyncGenerator<Entry> {
  for await (const line of linesForward(handle)) {
    yield { ...line, file, record: parseRecord(line.bytes), hash: hashLine(line.bytes, key) }
  }
}

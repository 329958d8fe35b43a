import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const FLAGS = constants.O_APPEND | constants.O_CREAT | constants.O_RDWR
/** Read by the group, so that a log shipper needs no more than that. */
const FILE_MODE = 0o640
const FOLDER_MODE = 0o750
const NEWLINE = Buffer.from('\n')

/** The file took only the beginning of a line. */
export class ShortWrite extends Error {
  constructor(
    /** Bytes of the line that are in the file now. */
    readonly kept: number,
    cause: unknown,
  ) {
    super('the audit log took only part of a line', { cause })
  }
}

/** A file of lines that only grows. What a call wrote is with the operating system when it returns. */
export class Appender implements Disposable {
  readonly #fd: number
  #size: number
  #endsLine: boolean

  /** Makes the folder and the file when they are not there. @throws the error of the file system */
  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true, mode: FOLDER_MODE })
    this.#fd = openSync(file, FLAGS, FILE_MODE)
    this.#size = fstatSync(this.#fd).size
    this.#endsLine = this.#size === 0 || this.#lastByteIsNewline()
  }

  /** Bytes in the file. */
  get size(): number {
    return this.#size
  }

  /** True once somebody removed the file: what is written now, nobody will ever read. */
  get removed(): boolean {
    return fstatSync(this.#fd).nlink === 0
  }

  /**
   * Appends a line in one write; a second one follows only when the system took less than all. An incomplete
   * line at the end of the file is ended first.
   *
   * @throws ShortWrite when part of it stays in the file, else the error of the file system
   */
  append(line: Uint8Array): void {
    const before = this.#endsLine ? [] : [NEWLINE]
    const bytes = Buffer.concat([...before, line, NEWLINE])
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written)
    } catch (error) {
      const kept = written - before.length
      // Only its newline is missing: the next line brings it.
      if (kept < line.length) throw kept > 0 ? new ShortWrite(kept, error) : error
    } finally {
      this.#size += written
      if (written > 0) this.#endsLine = written === bytes.length || written === before.length
    }
  }

  [Symbol.dispose](): void {
    try {
      closeSync(this.#fd)
    } catch {
      // A handle that is not open any more needs no closing; what was written is with the system already.
    }
  }

  #lastByteIsNewline(): boolean {
    const last = Buffer.alloc(1)
    readSync(this.#fd, last, 0, 1, this.#size - 1)
    return last.equals(NEWLINE)
  }
}

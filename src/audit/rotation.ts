import { closeSync, existsSync, openSync, readSync, renameSync, unlinkSync } from 'node:fs'
import type { Log } from '../core/ports.js'
import { Appender } from './appender.js'
import { rotatedFiles, rotatedName } from './names.js'
import { parseRecord } from './parse.js'

export interface Rotation {
  /** Bytes at which the live file is full. */
  readonly size: number
  /** Full files to keep. */
  readonly keep: number
}

/** Room for a few incomplete lines before the first record. */
const HEAD_BYTES = 64 * 1024

/** The live file and the full ones beside it. */
export class LogFiles {
  readonly #file: string
  readonly #rotation: Rotation
  readonly #log: Log
  #appender: Appender | undefined
  #firstSeq: number | undefined
  /** Size at which the next rotation is tried. */
  #fullAt = 0

  constructor(file: string, rotation: Rotation, log: Log) {
    this.#file = file
    this.#rotation = rotation
    this.#log = log
  }

  /** Opens the live file, again if it was open. @throws the error of the file system */
  open(): Appender {
    this.close()
    const appender = new Appender(this.#file)
    this.#appender = appender
    this.#firstSeq = appender.size === 0 ? undefined : firstSeqOf(this.#file)
    this.#fullAt = this.#rotation.size
    return appender
  }

  close(): void {
    const appender = this.#appender
    this.#appender = undefined
    appender?.[Symbol.dispose]()
  }

  /** Appends the record numbered `seq`. After an error the file is opened anew. @throws as Appender.append */
  append(line: Uint8Array, seq: number): void {
    try {
      let appender = this.#appender
      if (appender === undefined || appender.removed) appender = this.open()
      const full = appender.size > 0 && appender.size + line.length + 1 > this.#fullAt
      if (full) appender = this.#rotate(appender, seq)
      appender.append(line)
      this.#firstSeq ??= seq
    } catch (error) {
      // The next attempt may find a file where this one found a dead handle.
      this.close()
      throw error
    }
  }

  #rotate(appender: Appender, seq: number): Appender {
    const target = rotatedName(this.#file, this.#firstSeq ?? seq)
    try {
      if (existsSync(target)) throw new Error(`${target} is there already`)
      renameSync(this.#file, target)
    } catch (err) {
      // Records matter more than the size of a file: go on, and try again after as many bytes.
      this.#fullAt = appender.size + this.#rotation.size
      this.#log.error({ err, file: this.#file }, 'the audit log cannot be rotated')
      return appender
    }
    const fresh = this.open()
    this.#prune()
    return fresh
  }

  #prune(): void {
    const full = rotatedFiles(this.#file)
    for (const file of full.slice(0, Math.max(0, full.length - this.#rotation.keep))) {
      try {
        unlinkSync(file)
      } catch (err) {
        this.#log.warn({ err, file }, 'an old audit log cannot be removed')
      }
    }
  }
}

/** The number of the first record in a file; undefined when there is none near its beginning. */
function firstSeqOf(file: string): number | undefined {
  const head = Buffer.alloc(HEAD_BYTES)
  const fd = openSync(file, 'r')
  try {
    const lines = head
      .subarray(0, readSync(fd, head, 0, head.length, 0))
      .toString('latin1')
      .split('\n')
    for (const line of lines) {
      const record = parseRecord(Buffer.from(line, 'latin1'))
      if (record !== undefined) return record.seq
    }
    return undefined
  } finally {
    closeSync(fd)
  }
}

import type { Logger } from 'pino'
import { type AuditEvent, auditRecovered, type Subject } from '../core/audit-event.js'
import { Fault } from '../core/fault.js'
import type { Audit, Log } from '../core/ports.js'
import { ShortWrite } from './appender.js'
import { type ChainState, hashLine, hashTorn, MAX_TORN_LINES, tornBytes } from './chain.js'
import { jsonLines } from './json-lines.js'
import { fieldsOf } from './record.js'
import { findChainEnd } from './resume.js'
import { LogFiles, type Rotation } from './rotation.js'

export interface AuditOptions {
  /** Absolute path of the live file. */
  readonly file: string
  readonly rotate: Rotation
  /** `closed`: what cannot be recorded does not happen; `open`: it happens, and the records are lost. */
  readonly onFailure: 'closed' | 'open'
  /** Key of the chain's HMAC; without it the chain shows accidents, not a forger who rebuilds it. */
  readonly key?: Uint8Array | undefined
  /** Told once when the log cannot be written, and once when it can again. */
  readonly log: Log
}

/** The audit log of this process: one file, one writer, each record chained to the one before. */
export class AuditLog implements Audit, Disposable {
  readonly #options: AuditOptions
  readonly #files: LogFiles
  readonly #logger: Logger
  #state: ChainState
  /** Incomplete lines in the file since the last whole one. */
  #torn: readonly Buffer[]
  /** Records that could not be written since the last one that was. */
  #lost = 0
  #healthy = true

  /** @throws Fault `audit_unavailable` when the log cannot be read or opened, whatever `onFailure` says */
  constructor(options: AuditOptions) {
    this.#options = options
    this.#files = new LogFiles(options.file, options.rotate, options.log)
    this.#logger = jsonLines(line => this.#append(line))
    try {
      this.#files.open()
      const end = findChainEnd(options.file, options.key)
      this.#state = end.state
      this.#torn = end.torn
    } catch (cause) {
      throw new Fault('audit_unavailable', { cause })
    }
  }

  /** False from the first record that could not be written to the next one that could. */
  get healthy(): boolean {
    return this.#healthy
  }

  record(event: AuditEvent, subject?: Subject): void {
    try {
      if (this.#lost > 0 || this.#torn.length > 0) this.#recover()
      this.#write(event, subject)
      this.#healthy = true
    } catch (cause) {
      this.#lost += 1
      this.#reportOutage(cause)
      if (this.#options.onFailure === 'closed') throw new Fault('audit_unavailable', { cause })
    }
  }

  requireWritable(): void {
    if (this.#healthy) return
    try {
      this.#recover()
      this.#healthy = true
    } catch (cause) {
      if (this.#options.onFailure === 'closed') throw new Fault('audit_unavailable', { cause })
    }
  }

  /** Opens the file anew, for instance after logrotate moved it away; the chain goes on in the new one. */
  reopen(): void {
    try {
      this.#files.open()
    } catch (cause) {
      this.#reportOutage(cause)
    }
  }

  /** Gives the file back; a record after this opens it again. */
  close(): void {
    this.#files.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #recover(): void {
    const lost = this.#lost
    const torn = this.#torn.length > 0 ? tornBytes(this.#torn) : undefined
    this.#write(auditRecovered({ lost, torn }), undefined)
    this.#lost = 0
    this.#options.log.warn({ file: this.#options.file, lost, torn }, 'the audit log is written again')
  }

  #write(event: AuditEvent, subject: Subject | undefined): void {
    const { key } = this.#options
    const { seq, prev } = this.#state
    const link = this.#torn.length > 0 ? hashTorn(prev, this.#torn, key) : prev
    this.#logger.info(fieldsOf(event, subject, { seq: seq + 1, prev: link }))
  }

  /** Called by the logger within its `info`, so that what fails here is thrown out of `record`. */
  #append(line: Buffer): void {
    if (this.#torn.length >= MAX_TORN_LINES) throw new Error('too many incomplete lines in the audit log')
    try {
      this.#files.append(line, this.#state.seq + 1)
    } catch (error) {
      if (error instanceof ShortWrite) this.#torn = [...this.#torn, line.subarray(0, error.kept)]
      throw error
    }
    this.#state = { seq: this.#state.seq + 1, prev: hashLine(line, this.#options.key) }
    this.#torn = []
  }

  #reportOutage(err: unknown): void {
    if (this.#healthy)
      this.#options.log.error({ err, file: this.#options.file }, 'the audit log cannot be written')
    this.#healthy = false
  }
}

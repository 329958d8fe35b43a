import type { AuditEvent } from '../core/audit-event.js'

/** What a session moved, summed up from its own audit events. */
export class Tally {
  readonly #started = performance.now()
  #bytesIn = 0
  #bytesOut = 0
  #files = 0

  count({ event, detail }: AuditEvent): void {
    const bytes = typeof detail.bytes === 'number' ? detail.bytes : 0
    if (event === 'file.uploaded') this.#bytesIn += bytes
    else if (event === 'file.downloaded') this.#bytesOut += bytes
    else return
    this.#files++
  }

  /** Bytes and files since the session began, and its length in seconds. */
  get totals() {
    const seconds = Math.round(performance.now() - this.#started) / 1000
    return { bytesIn: this.#bytesIn, bytesOut: this.#bytesOut, files: this.#files, seconds }
  }
}

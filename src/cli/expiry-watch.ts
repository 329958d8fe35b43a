import { certificateExpiring } from '../core/audit-event.js'
import type { Audit, Log } from '../core/ports.js'
import { DAY_MS, RENEW_WITHIN_DAYS } from './certificate-faults.js'

interface InUse {
  /** Where it was read from. */
  readonly file: string
  readonly expires: Date
}

interface ExpiryWatchOptions {
  /** Asked each time, so that a reload counts. */
  readonly certificates: () => readonly InUse[]
  readonly audit: Audit
  readonly log: Log
}

/** Warns of certificates in use that are about to expire: when told to look, and then every day. */
export class ExpiryWatch implements Disposable {
  readonly #options: ExpiryWatchOptions
  #timer: NodeJS.Timeout | undefined

  constructor(options: ExpiryWatchOptions) {
    this.#options = options
  }

  /** Looks now, and begins the day anew: for the start, and for a reload that brought other certificates. */
  look(): void {
    clearInterval(this.#timer)
    this.#timer = setInterval(() => this.#warn(), DAY_MS)
    this.#timer.unref()
    this.#warn()
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #warn(): void {
    const { certificates, audit, log } = this.#options
    for (const { file, expires } of certificates()) {
      const days = Math.floor((expires.getTime() - Date.now()) / DAY_MS)
      if (days >= RENEW_WITHIN_DAYS) continue
      const fields = { file, expires: expires.toISOString(), days }
      if (days < 0)
        log.error(fields, 'a certificate in use has expired: clients refuse it; renew it and reload')
      else log.warn(fields, 'a certificate in use expires soon: renew it and reload')
      try {
        audit.record(certificateExpiring(fields))
      } catch (error) {
        log.error({ err: error }, 'an event could not be written to the audit log')
      }
    }
  }
}

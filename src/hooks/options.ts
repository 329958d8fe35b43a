import type { Retry } from './back-off.js'

export interface WebhookOptions {
  /** `https:` or `http:`. */
  readonly url: string
  /** Key of the signature. */
  readonly secret: string
  /** Certificates in PEM that the receiver's is checked against; undefined: those that Node knows. */
  readonly ca: string | undefined
  /** Milliseconds for one attempt, from the look-up of the name to the answer. */
  readonly timeout: number
  /** Attempts at a time. */
  readonly concurrency: number
}

export interface CommandOptions {
  /** Absolute path of the program, then its arguments; no shell reads them. */
  readonly argv: readonly string[]
  /** Milliseconds for one run. */
  readonly timeout: number
  /** Runs at a time. */
  readonly concurrency: number
}

export interface QueueLimits {
  /** Most notices that wait for one hook. */
  readonly max: number
  /** Most notices that were given up and are kept. */
  readonly keepFailed: number
}

export interface HookOptions {
  readonly webhook: WebhookOptions | undefined
  readonly command: CommandOptions | undefined
  readonly queue: QueueLimits
  readonly retry: Retry
}

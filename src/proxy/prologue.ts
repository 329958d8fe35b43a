import type { Socket } from 'node:net'
import { Fault } from '../core/fault.js'
import type { ParsedHeader, ProxyHeader } from './header.js'

const missing = () => new Fault('denied', { reason: 'proxy_header_missing' })

/** The bytes in front of a connection's own; what was read beyond them goes back into the socket on `release`. */
export class Prologue {
  readonly #raw: Socket
  readonly #signal: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout
  #bytes: Buffer = Buffer.alloc(0)
  #ended = false
  #late = false
  #wake: (() => void) | undefined

  /** @param timeout milliseconds for all that is read here */
  constructor(raw: Socket, timeout: number, signal?: AbortSignal) {
    this.#raw = raw
    this.#signal = signal
    this.#timer = setTimeout(() => {
      this.#late = true
      this.#wake?.()
    }, timeout)
    raw.on('readable', this.#onReadable).once('end', this.#onEnd).once('close', this.#onEnd)
    signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /**
   * The header, taken off. Undefined when the connection ended before its first byte.
   *
   * @throws Fault `denied` as `originOf`, or the signal's reason
   */
  async read(parse: (received: Buffer) => ParsedHeader): Promise<ProxyHeader | undefined> {
    for (;;) {
      const parsed = parse(this.#bytes)
      if (parsed === 'malformed') throw new Fault('denied', { reason: 'proxy_header_malformed' })
      if (parsed !== 'incomplete') {
        this.#bytes = this.#bytes.subarray(parsed.bytes)
        return parsed
      }
      if (await this.#arrival()) continue
      if (this.#ended && this.#bytes.length === 0) return undefined
      throw missing()
    }
  }

  /** Whether anything comes behind the header before the connection or the time is over. @throws the signal's reason */
  async more(): Promise<boolean> {
    return this.#bytes.length > 0 || (await this.#arrival())
  }

  release(): void {
    clearTimeout(this.#timer)
    this.#raw.off('readable', this.#onReadable).off('end', this.#onEnd).off('close', this.#onEnd)
    this.#signal?.removeEventListener('abort', this.#onAbort)
    if (this.#bytes.length > 0 && !this.#raw.destroyed) this.#raw.unshift(this.#bytes)
  }

  /** Waits for more bytes; false when none come any more. */
  async #arrival(): Promise<boolean> {
    const before = this.#bytes.length
    for (;;) {
      if (this.#signal?.aborted) throw this.#signal.reason
      if (this.#bytes.length > before) return true
      if (this.#ended || this.#late) return false
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  readonly #onReadable = () => {
    const chunk = this.#raw.read() as Buffer | null
    if (chunk !== null) this.#bytes = Buffer.concat([this.#bytes, chunk])
    this.#wake?.()
  }

  readonly #onEnd = () => {
    this.#ended = true
    this.#wake?.()
  }

  readonly #onAbort = () => this.#wake?.()
}

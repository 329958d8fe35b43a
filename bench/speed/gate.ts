import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A gate: a small HTTP server whose every answer waits until all that are expected have asked. */
export class Gate implements AsyncDisposable {
  readonly #server = createServer()
  readonly #waiting: ServerResponse[] = []

  async open(): Promise<string> {
    this.#server.on('request', (request, response) => {
      request.resume()
      this.#waiting.push(response)
      this.#server.emit('arrived')
    })
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  /** @throws when `signal` is aborted first */
  async arrived(count: number, signal: AbortSignal): Promise<void> {
    while (this.#waiting.length < count) await once(this.#server, 'arrived', { signal })
  }

  release(): void {
    for (const response of this.#waiting.splice(0)) response.end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release()
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

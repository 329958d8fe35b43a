import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { testCertificate } from './certificate.js'

export const SECRET = 'a webhook secret that nobody guesses'

interface Received {
  readonly method: string | undefined
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
  /** The body, parsed. */
  readonly notice: Record<string, unknown>
  /** Whether the signature is that of {@link SECRET}. */
  readonly signed: boolean
}

export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly port: number
  readonly received: readonly Received[]
  /** Resolves when there are so many requests. */
  seen(count: number): Promise<void>
}

export interface ReceiverOptions {
  /** The status of the answer to the request of that number, from 1; undefined: no answer at all. Default: 204. */
  readonly answer?: (number: number, response: http.ServerResponse) => number | undefined
  readonly port?: number
  readonly tls?: boolean
}

/** A server on a loopback address that keeps what it is told by a webhook. */
export async function receiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const { answer = () => 204, tls = false } = options
  const received: Received[] = []
  const waiting = new Set<() => void>()
  const take = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    const body = await text(request)
    const { method, headers } = request
    const signed = isSigned(String(headers['x-portcullis-signature']), body)
    received.push({ method, headers, body, notice: JSON.parse(body), signed })
    const status = answer(received.length, response)
    if (status !== undefined) response.writeHead(status).end()
    for (const look of waiting) look()
  }
  const listener = (request: http.IncomingMessage, response: http.ServerResponse) =>
    void take(request, response).catch(() => response.destroy())
  const server = tls ? https.createServer(await testCertificate(), listener) : http.createServer(listener)
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/uploads?token=x`,
    port,
    received,
    seen: count =>
      new Promise(resolve => {
        const look = () => {
          if (received.length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      if (server.listening) await once(server, 'close')
    },
  }
}

/** Checked as the documentation tells receivers to. */
function isSigned(header: string, body: string): boolean {
  const [, time = '', digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? []
  return createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex') === digest
}

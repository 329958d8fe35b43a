import http from 'node:http'
import https from 'node:https'
import { type Deliver, DeliveryFailure } from './delivery.js'
import { payloadOf } from './notice.js'
import type { WebhookOptions } from './options.js'
import { sign } from './signature.js'

/** Most of an answer that is read before the connection is closed; nothing in it is looked at. */
const MAX_ANSWER_BYTES = 64 * 1024

/** Tells a server by a signed POST. Any 2xx answer is a yes; redirects are not followed. */
export function webhook(options: WebhookOptions): Deliver {
  return async (notice, attempt, signal) => {
    const body = JSON.stringify(payloadOf(notice, attempt))
    const status = await post(options, body, signal)
    if (status < 200 || status > 299) throw new DeliveryFailure('hook_rejected', `HTTP ${status}`)
  }
}

/** The status of the answer. The request is over, one way or the other, when this settles. */
function post(options: WebhookOptions, body: string, signal: AbortSignal): Promise<number> {
  const url = new URL(options.url)
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-portcullis-signature': sign(options.secret, body, Date.now()),
  }
  // A connection for each: notices come seldom enough, and none is left behind.
  const common = { method: 'POST', headers, signal, agent: false } as const
  const request =
    url.protocol === 'https:'
      ? https.request(url, { ...common, ...trust(options), minVersion: 'TLSv1.2' })
      : http.request(url, common)
  return new Promise((resolve, reject) => {
    let status: number | undefined
    let failure: DeliveryFailure | undefined
    const timer = setTimeout(() => {
      failure = new DeliveryFailure('hook_timeout', `no answer within ${options.timeout} ms`)
      request.destroy()
    }, options.timeout)
    request.on('response', answer => {
      status = answer.statusCode
      let bytes = 0
      answer.on('error', () => {}) // the status came, and the rest does not matter
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_ANSWER_BYTES) request.destroy()
      })
    })
    request.on('error', error => {
      failure ??= new DeliveryFailure('hook_unreachable', describe(error), error)
    })
    request.on('close', () => {
      clearTimeout(timer)
      if (status !== undefined) resolve(status)
      else reject(failure ?? new DeliveryFailure('hook_unreachable', 'no answer'))
    })
    request.end(body)
  })
}

/** Said outright, because an environment variable could turn the check of certificates off. */
const trust = ({ ca }: WebhookOptions) => ({ rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) })

/** For instance `ECONNREFUSED`; never the URL, which may hold a token. */
const describe = (error: NodeJS.ErrnoException): string => error.code ?? error.name

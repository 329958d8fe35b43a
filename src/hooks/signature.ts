import { createHmac } from 'node:crypto'

/**
 * The value of the signature header, `t=<unix seconds>,v1=<hex>`: HMAC-SHA256 over the time, a dot and the body. The
 * time is signed as well, so that a receiver can refuse what somebody recorded and sends again.
 */
export function sign(secret: string, body: string, now: number): string {
  const time = Math.floor(now / 1000)
  const digest = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
  return `t=${time},v1=${digest}`
}

import { setTimeout as delay } from 'node:timers/promises'
import { bad, type Case, good } from '../visit.js'

/** More than the socket buffers hold: the transfer cannot be over while nobody reads it. */
const SIZE = 32 << 20
const PATIENCE_MS = 2_000

export const abort: Case = {
  name: 'ABOR in a transfer',
  async run(visit) {
    const client = await visit.login()
    const path = visit.file('large.bin')
    await client.upload(path, Buffer.alloc(SIZE))
    await client.data(await client.passive())
    const opening = await client.command(`RETR ${path}`)
    if (opening.code >= 400) return bad(`RETR was answered ${opening.code}`)
    const replies = client.command('ABOR').then(async first => [first.code, (await client.reply()).code])
    const answered = await Promise.race([replies, delay(PATIENCE_MS, undefined, { ref: false })])
    replies.catch(() => undefined)
    if (answered === undefined) return bad('not read until the transfer is over')
    const text = `answered at once: ${answered.join(', ')}`
    return answered.join() === '426,226' ? good(text) : bad(text)
  },
}

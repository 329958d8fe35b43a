import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../client.js'
import { bad, type Case, good, type Visit } from '../visit.js'

/** Little enough to be read at once: the more is on the way when a connection is reset, the more chance decides. */
const SENT = Buffer.alloc(64 << 10, 'x')
const OLD = 'the old version'
const SETTLE_MS = 500

/** A file that exists, and an upload over it that has come half of its way. */
async function halfAnUpload(visit: Visit, client: Client, path: string) {
  await client.upload(path, OLD)
  const wire = await client.data(await client.passive())
  const opening = await client.command(`STOR ${path}`)
  if (opening.code >= 400) throw new Error(`STOR was answered ${opening.lines.at(-1)}`)
  await new Promise<void>((resolve, reject) => {
    wire.raw.once('close', () => reject(new Error('the server closed the data connection')))
    wire.tls.write(SENT, () => resolve())
  })
  const fate = async () => {
    let content = await visit.content(path)
    if (!content?.equals(Buffer.from(OLD))) {
      // What a server does to the file may come a little after its reply.
      await delay(SETTLE_MS)
      content = await visit.content(path)
    }
    if (content === undefined) return 'deleted'
    return content.equals(Buffer.from(OLD)) ? 'kept' : `replaced by the ${content.length} bytes that came`
  }
  return { wire, fate }
}

export const resetUpload: Case = {
  name: 'upload cut by RST',
  async run(visit) {
    const client = await visit.login()
    const { wire, fate } = await halfAnUpload(visit, client, visit.file('reset.bin'))
    wire.raw.resetAndDestroy()
    const { code } = await client.reply()
    const old = await fate()
    const text = `${code}, the old version of the file is ${old}`
    return code !== 226 && old === 'kept' ? good(text) : bad(text)
  },
}

export const killedClient: Case = {
  name: 'client killed in mid-upload',
  async run(visit) {
    const client = await visit.login()
    const { wire, fate } = await halfAnUpload(visit, client, visit.file('killed.bin'))
    // The system closes a dead process's connections: a FIN, and no close_notify before it.
    wire.raw.end()
    const { code } = await client.reply()
    const old = await fate()
    if (code === 226) return bad('226 for the truncated file')
    const text = `${code}, the old version of the file is ${old}`
    return old === 'kept' ? good(text) : bad(text)
  },
}

import { setTimeout as delay } from 'node:timers/promises'
import { type Client, readAll, type Wire } from '../client.js'
import { bad, type Case, good, type Visit } from '../visit.js'

const CONTENT = 'what only the user may read'
/** How long a connection is watched that may neither be secured nor be closed. */
const PATIENCE_MS = 1_000
/** A loopback address that the client does not have. */
const STRANGER = '127.0.0.2'
/** This machine cannot connect from that address. */
const NOT_OURS = ['EADDRNOTAVAIL', 'EINVAL', 'ENETUNREACH']

async function offeredFile(visit: Visit): Promise<{ client: Client; path: string; port: number }> {
  const client = await visit.login()
  const path = visit.file('offered.txt')
  await client.upload(path, CONTENT)
  return { client, path, port: await client.passive() }
}

/** Resolves when the handshake is done, or the connection is closed, or neither comes of it. */
const settled = ({ tls }: Wire): Promise<unknown> =>
  Promise.race([
    new Promise(resolve => tls.once('secureConnect', resolve).once('close', resolve)),
    delay(PATIENCE_MS, undefined, { ref: false }),
  ])

export const otherProcess: Case = {
  name: 'data connection by another process on the same address',
  async run(visit) {
    const { client, path, port } = await offeredFile(visit)
    const wire = await visit.intrude(port)
    await settled(wire)
    const arriving = readAll(wire)
    client.send(`RETR ${path}\r\n`)
    const { code } = await client.finalReply()
    if (code === 226 && (await arriving).length > 0) return bad('served the file')
    return good(`refused, ${code} to the user`)
  },
}

export const stranger: Case = {
  name: 'a stranger connects to the data port',
  async run(visit) {
    const { client, path, port } = await offeredFile(visit)
    try {
      await settled(await visit.intrude(port, STRANGER))
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      // Anything else is the server's doing: it refused the connection.
      if (NOT_OURS.includes(code)) return bad(`not tried: ${STRANGER} cannot connect (${code})`)
    }
    try {
      const wire = await client.data(port)
      const arriving = readAll(wire)
      client.send(`RETR ${path}\r\n`)
      const { code } = await client.finalReply()
      if (code === 226 && (await arriving).toString() === CONTENT)
        return good('dropped, and the user’s transfer goes on')
      if ((await client.command('NOOP')).code === 200) return bad(`the user’s transfer fails with ${code}`)
    } catch {
      // The control connection is gone.
    }
    return bad('the user’s control session is killed')
  },
}

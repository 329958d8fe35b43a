import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect } from 'node:tls'
import { FtpClient } from '../helpers/ftp-client.js'
import { clientContext } from './fuzz/peer.js'

export interface Target {
  readonly port: number
}

/** The peers of one flood; disposing lets go of them. */
export class Peers implements Disposable {
  readonly sockets: Socket[] = []

  add<S extends Socket>(socket: S): S {
    socket.on('error', () => undefined)
    this.sockets.push(socket)
    return socket
  }

  [Symbol.dispose](): void {
    // TLS before the TCP beneath it: the other way round Node 20 crashes when a paused one still holds bytes.
    for (const socket of this.sockets.toReversed()) socket.destroy()
  }
}

/** An address of its own for each peer, so that no limit by address helps. */
const addressOf = (index: number): string => `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`

/** How many handshakes and logins are under way at a time: the flood is in what is held, not in how it begins. */
const AT_A_TIME = 20
let next = 0

async function dial({ port }: Target, peers: Peers): Promise<Socket> {
  const socket = peers.add(connectTcp({ port, host: '127.0.0.1', localAddress: addressOf(next++) }))
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined)
  return socket
}

async function secured(target: Target, peers: Peers): Promise<Socket> {
  const tcp = await dial(target, peers)
  const socket = peers.add(
    connect({ socket: tcp, secureContext: clientContext(), rejectUnauthorized: false }),
  )
  await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')]).catch(() => undefined)
  return socket
}

async function loggedIn({ port }: Target, peers: Peers): Promise<FtpClient> {
  const client = await FtpClient.login(port, {
    localAddress: addressOf(next++),
    secureContext: clientContext(),
  })
  peers.add(client.socket)
  return client
}

/** The first bytes of a handshake: a record of which the rest never comes. */
const HALF_HELLO = Buffer.from('160301020001', 'hex')

export type Kind = keyof typeof KINDS
/** Ways to hold a connection and do nothing with it: without a password, and with one. */
const KINDS = {
  'TCP only': async (target: Target, peers: Peers) => void (await dial(target, peers)),
  'half a ClientHello': async (target: Target, peers: Peers) =>
    void (await dial(target, peers)).write(HALF_HELLO),
  'never reads': async (target: Target, peers: Peers) => {
    const socket = await secured(target, peers)
    socket.pause()
    socket.write('HELP\r\n'.repeat(200))
  },
  'slow login': async (target: Target, peers: Peers) => void (await secured(target, peers)).write('USER ac'),
  'no data connection': async (target: Target, peers: Peers) => {
    const client = await loggedIn(target, peers)
    client.send('EPSV\r\nRETR large\r\n')
  },
  'never reads data': async (target: Target, peers: Peers) => {
    const client = await loggedIn(target, peers)
    const data = peers.add(await client.data(await client.passive()))
    await client.command('RETR large')
    data.pause()
  },
  idle: async (target: Target, peers: Peers) => void (await loggedIn(target, peers)),
}
export const KIND_NAMES = Object.keys(KINDS) as Kind[]
export const USERS: readonly Kind[] = ['no data connection', 'never reads data', 'idle']
export const STRANGERS = KIND_NAMES.filter(kind => !USERS.includes(kind))

/** So many peers of these kinds, by turns. */
export async function slowPeers(
  target: Target,
  count: number,
  kinds: readonly Kind[] = KIND_NAMES,
): Promise<Peers> {
  const peers = new Peers()
  await inTurn(count, async index => {
    const kind = kinds[index % kinds.length]
    if (kind) await KINDS[kind](target, peers)
  })
  return peers
}

/** Lines without an end, half of them after login, until they are cut: how many bytes were taken of them. */
export async function endlessLines(target: Target, count: number): Promise<number> {
  using peers = new Peers()
  let taken = 0
  await inTurn(
    count,
    async index => {
      const socket = index % 2 ? (await loggedIn(target, peers)).socket : await secured(target, peers)
      socket.resume()
      const ended = once(socket, 'close').catch(() => undefined)
      const chunk = Buffer.alloc(16_384, 'x')
      const more = () => {
        taken += chunk.length
        if (socket.writable) socket.write(chunk, error => (error ? undefined : more()))
      }
      more()
      await ended
    },
    count,
  )
  return taken
}

/** Wrong passwords of many names, all at once: the codes of the replies. */
export async function loginFlood(target: Target, count: number): Promise<ReadonlySet<number>> {
  using peers = new Peers()
  const codes = new Set<number>()
  await inTurn(
    count,
    async index => {
      const options = { localAddress: addressOf(next++), secureContext: clientContext() }
      const client = await FtpClient.connect(target.port, options)
      peers.add(client.socket)
      await client.command(`USER nobody${index}`)
      codes.add((await client.command('PASS guess')).code)
    },
    count,
  )
  return codes
}

/** Sessions that ask for a port again and again and never use it. */
export async function passiveFlood(target: Target, sessions: number, times: number): Promise<void> {
  using peers = new Peers()
  await inTurn(sessions, async () => {
    const client = await loggedIn(target, peers)
    for (let left = times; left > 0; left--) await client.command(left % 2 ? 'EPSV' : 'PASV')
  })
}

/** Connections that are gone at once. */
export async function connects(target: Target, count: number): Promise<void> {
  await inTurn(
    count,
    async index => {
      using peers = new Peers()
      const socket = await dial(target, peers)
      if (index % 2) socket.resetAndDestroy()
    },
    100,
  )
}

/** Whole listings of a large folder at a time: the bytes of all. */
export async function listings(target: Target, sessions: number, folder: string): Promise<number> {
  using peers = new Peers()
  let bytes = 0
  await inTurn(
    sessions,
    async index => {
      const client = await loggedIn(target, peers)
      const listing = await client.download(`${index % 2 ? 'MLSD' : 'LIST'} ${folder}`)
      bytes += listing.bytes.length
    },
    sessions,
  )
  return bytes
}

async function inTurn(
  count: number,
  work: (index: number) => Promise<void>,
  atATime = AT_A_TIME,
): Promise<void> {
  let index = 0
  const worker = async () => {
    while (index < count) await work(index++)
  }
  await Promise.all(Array.from({ length: Math.min(atATime, count) }, worker))
}

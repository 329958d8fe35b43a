import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { clientContext, type Peer } from './peer.js'
import { Violation } from './replies.js'
import type { Scene } from './scene.js'
import type { Action } from './stream.js'

type Transfer = Extract<Action, { do: 'transfer' }>

const UPLOAD = /^(STOR|APPE|STOU)/
/** How these end is known: the server must not say that all is well. */
const NEVER_WELL = ['no-ticket', 'garbage', 'silent']
/** Shorter than any of the server's timers. */
const SILENCE_MS = 50

/** One transfer command with its data connection. @throws Violation */
export async function transfer(scene: Scene, worker: number, peer: Peer, action: Transfer): Promise<void> {
  const reply = await peer.command(action.bytes % 2 ? 'PASV' : 'EPSV')
  const port = portOf(reply)
  if (port === undefined || peer.over) return
  const tcp = await dial(port)
  const data = action.way === 'garbage' || action.way === 'silent' ? undefined : secure(peer, tcp, action)
  const second = action.way === 'twice' ? secure(peer, await dial(port), action) : undefined
  const check = new Checked(scene, worker)
  for (const socket of [data, second]) socket?.on('data', chunk => check.take(chunk))
  try {
    peer.send(
      Buffer.from(
        `${action.line}\r\n${action.way === 'pipelined' ? 'NOOP\r\nSTAT\r\nPWD\r\n' : ''}`,
        'latin1',
      ),
    )
    await behave(scene, worker, peer, action, tcp, data)
    await peer.settled()
  } finally {
    for (const socket of [data, second, tcp]) socket?.destroy()
  }
  check.throwIfBad()
  const { last } = peer.replies
  const never = NEVER_WELL.includes(action.way) || (action.way === 'fin' && UPLOAD.test(action.line))
  if (never && action.way !== 'pipelined' && last.startsWith('226'))
    throw new Violation(`${action.line} over a connection of the kind ${action.way}: ${last}`)
}

async function behave(
  scene: Scene,
  worker: number,
  peer: Peer,
  { line, way, bytes }: Transfer,
  tcp: Socket,
  data: TLSSocket | undefined,
): Promise<void> {
  if (way === 'garbage') tcp.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  if (way === 'silent') setTimeout(() => tcp.destroy(), SILENCE_MS)
  if (!data) return
  // A refused command's connection is closed before its handshake.
  await Promise.race([
    once(data, 'secureConnect').catch(() => {}),
    once(data, 'close').catch(() => {}),
    peer.settled(),
  ])
  const content = UPLOAD.test(line) ? Buffer.alloc(bytes, scene.ownMark(worker)) : undefined
  if (way === 'abort' || way === 'abort-telnet') {
    if (content) data.write(content)
    peer.send(Buffer.from(`${way === 'abort' ? '' : '\xff\xf4\xff\xf2'}ABOR\r\n`, 'latin1'))
  } else if (way === 'reset-control') {
    peer.expectEnd()
    peer.tcp.resetAndDestroy()
  } else if (way === 'reset' || way === 'fin') {
    const cut = () => (way === 'fin' ? tcp.end() : tcp.resetAndDestroy())
    if (content && content.length > 0 && data.writable) data.write(content, cut)
    else cut()
  } else if (content && data.writable) data.end(content)
}

const portOf = (reply: string): number | undefined => {
  const [, extended] = /\(\|\|\|(\d+)\|\)/.exec(reply) ?? []
  if (extended !== undefined) return Number(extended)
  const [, high, low] = /,(\d+),(\d+)\)/.exec(reply) ?? []
  return low === undefined ? undefined : Number(high) * 256 + Number(low)
}

async function dial(port: number): Promise<Socket> {
  const tcp = connectTcp({ port, host: '127.0.0.1', noDelay: true })
  tcp.on('error', () => undefined)
  await Promise.race([once(tcp, 'connect'), once(tcp, 'close')]).catch(() => {})
  return tcp
}

function secure(peer: Peer, tcp: Socket, { way }: Transfer): TLSSocket {
  const session = way === 'no-ticket' ? undefined : peer.ticket
  const socket = connect({
    socket: tcp,
    secureContext: clientContext(),
    rejectUnauthorized: false,
    ...(session ? { session } : {}),
  })
  socket.on('error', () => undefined)
  return socket
}

/** Bytes that came over data connections: never the host's, never another user's. */
class Checked {
  readonly #scene: Scene
  readonly #worker: number
  #bad: string | undefined

  constructor(scene: Scene, worker: number) {
    this.#scene = scene
    this.#worker = worker
  }

  take(chunk: Buffer): void {
    for (const text of this.#scene.forbidden) if (chunk.includes(text)) this.#bad = text
    const own = this.#scene.ownMark(this.#worker)
    const any = this.#scene.anyMark
    for (let at = chunk.indexOf(any); at >= 0; at = chunk.indexOf(any, at + 1)) {
      const found = chunk.toString('latin1', at, at + own.length)
      if (found.length === own.length && found !== own) this.#bad = found
    }
  }

  throwIfBad(): void {
    if (this.#bad !== undefined) throw new Violation(`over the data connection came ${this.#bad}`)
  }
}

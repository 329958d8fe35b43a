import { Peer } from './peer.js'
import { type Scene, userOf } from './scene.js'
import type { Action, Stream } from './stream.js'
import { transfer } from './transfer.js'

/** What came of a stream. */
export interface Played {
  /** Command lines that were answered. */
  readonly answered: number
  /** Final replies by code. */
  readonly codes: ReadonlyMap<number, number>
}

/** Plays a stream as the worker's user from connecting to the end. @throws Violation */
export async function play(scene: Scene, worker: number, { segment, actions }: Stream): Promise<Played> {
  await scene.reset(worker)
  const peer = await Peer.connect(scene.server.port, segment, scene.forbidden)
  try {
    for (const action of actions) {
      if (peer.over) break
      await act(scene, worker, peer, action)
      await peer.settled()
    }
  } finally {
    peer.destroy()
  }
  return { answered: peer.replies.finals - 1, codes: peer.replies.seen }
}

async function act(scene: Scene, worker: number, peer: Peer, action: Action): Promise<void> {
  switch (action.do) {
    case 'login':
      await peer.login(userOf(worker))
      break
    case 'lines':
      peer.sendInRecords(Buffer.from(action.lines.join(''), 'latin1'), action.record)
      break
    case 'passive':
      for (let left = action.times; left > 0 && !peer.over; left--)
        await peer.command(left % 2 ? 'EPSV' : 'PASV')
      break
    case 'transfer':
      await transfer(scene, worker, peer, action)
      break
    case 'end':
      await peer.checkCount()
      if (!peer.over) await end(peer, action.how)
  }
}

async function end(peer: Peer, how: Extract<Action, { do: 'end' }>['how']): Promise<void> {
  if (how === 'quit') {
    await peer.command('QUIT')
    return
  }
  peer.expectEnd()
  if (how === 'close') peer.socket.end()
  else if (how === 'fin') peer.tcp.end()
  else if (how === 'reset') peer.tcp.resetAndDestroy()
  else if (how === 'half-line') peer.socket.end('STOR never fini')
  else if (how === 'garbage') peer.tcp.write('\x17\x03\x03\x00\x20 this is no record of the connection\r\n')
  else peer.socket.write(Buffer.alloc(200_000, 'x'))
  await peer.closed()
}

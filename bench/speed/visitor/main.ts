// A client process of the bench: takes orders from the one that forked it, keeps its sessions between them.
import { SMALL, SMALL_FILE } from '../stage.js'
import type { Answer, Order } from './orders.js'
import { Session } from './session.js'

const SMALL_BYTES = Buffer.alloc(SMALL)
const sessions: Session[] = []

process.on('message', (order: Order) => void carryOut(order))

async function carryOut(order: Order): Promise<void> {
  const took: number[] = []
  try {
    await Promise.all(lanes(order, took))
    answer({ took })
  } catch (error) {
    answer({ took, failed: (error as Error).message })
  }
}

/** What goes on side by side. */
function lanes(order: Order, took: number[]): Promise<void>[] {
  switch (order.do) {
    case 'enter':
      return Array.from({ length: order.abreast }, () => enter(order))
    case 'visit':
      return Array.from({ length: order.lanes }, () => visit(order, took))
    default:
      return sessions.map((session, index) => transfer(session, `${order.names}-${index}`, order, took))
  }
}

let entering = 0
async function enter({ address, sessions: wanted }: Order & { do: 'enter' }): Promise<void> {
  while (sessions.length + entering < wanted) {
    entering++
    try {
      const session = await Session.login(address)
      await session.prepare()
      sessions.push(session)
    } finally {
      entering--
    }
  }
}

async function visit({ address, login, seconds }: Order & { do: 'visit' }, took: number[]): Promise<void> {
  const end = performance.now() + seconds * 1000
  while (performance.now() < end) {
    const started = performance.now()
    const session = await (login ? Session.login(address) : Session.greet(address))
    took.push(performance.now() - started)
    session.close()
  }
}

async function transfer(
  session: Session,
  name: string,
  order: Order & { do: 'down' | 'up' },
  took: number[],
): Promise<void> {
  const end = performance.now() + order.seconds * 1000
  for (let i = 0; i < order.files && performance.now() < end; i++) {
    const started = performance.now()
    if (order.do === 'down') await session.download(SMALL_FILE)
    else await session.upload(`in/${name}-${i}`, SMALL_BYTES)
    took.push(performance.now() - started)
  }
}

function answer(message: Answer): void {
  process.send?.(message)
}

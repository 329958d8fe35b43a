import { Crew } from '../crew.js'
import { type Figure, percentile } from '../figures.js'
import { busy, type Row } from '../row.js'
import { addressOf, type RunningServer } from '../server.js'

const PROCESSES = 4
const LANES = 2
const SECONDS = 3
const WARM_UP_SECONDS = 0.5

/**
 * Clients that connect and log in; and, so that the cost of a login is seen, ones that only connect. A server may remember
 * that a password was right, so the hash shows in the first login alone.
 */
export const SESSIONS: Row = {
  name: 'sessions',
  kind: 'others',
  once: false,
  async run(server) {
    using crew = new Crew(server, PROCESSES)
    const visit = (login: boolean, seconds: number) =>
      crew.carryOut(() => ({ do: 'visit', address: addressOf(server), login, lanes: LANES, seconds }))
    const hash = await firstLogin(server)
    await visit(true, WARM_UP_SECONDS)
    const [greeted, entered] = [await visit(false, SECONDS), await visit(true, SECONDS)]
    const cost = ({ serverCpu, took }: { serverCpu: number; took: readonly number[] }) =>
      (serverCpu * 1000) / took.length
    const figures: Figure[] = [
      { line: 'first login: longer than later ones by', unit: 'ms', better: 'less', value: hash },
      { line: 'sessions set up', unit: '/s', better: 'more', value: entered.took.length / entered.seconds },
      {
        line: 'TLS and greeting alone',
        unit: '/s',
        better: 'more',
        value: greeted.took.length / greeted.seconds,
      },
      { line: 'TLS and greeting: server CPU', unit: 'ms', better: 'less', value: cost(greeted) },
      { line: 'login: server CPU', unit: 'ms', better: 'less', value: cost(entered) - cost(greeted) },
    ]
    return [...figures, busy('sessions set up', entered.seconds, entered.busiestCpu)]
  },
}

/** Milliseconds by which it is longer than later ones. */
async function firstLogin(server: RunningServer): Promise<number> {
  using crew = new Crew(server, 1)
  const visit = (login: boolean, seconds: number) =>
    crew.carryOut(() => ({ do: 'visit', address: addressOf(server), login, lanes: 1, seconds }))
  await visit(false, WARM_UP_SECONDS)
  const [first = Number.NaN, ...others] = (await visit(true, WARM_UP_SECONDS)).took
  return first - percentile(others, 0.5)
}

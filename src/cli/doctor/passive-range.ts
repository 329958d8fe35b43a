import { readFile } from 'node:fs/promises'
import type { Config } from '../../config/schema.js'
import { listenOn } from '../../data/passive-ports.js'
import { type Examination, ok, problem, type Result, warning } from './examination.js'

/** Sessions wait most of the time: the defaults, 100 ports for 2000 sessions, are made for that. */
const SESSIONS_FOR_A_PORT = 20
const UNPRIVILEGED = 1024

/** Whether there are enough ports, nobody else takes them, and one can be listened on. */
export const passiveRange: Examination = {
  name: 'passive ports',
  async examine({ config }) {
    const { ports } = config.passive
    const text = (name: string) => readFile(`/proc/sys/net/ipv4/${name}`, 'utf8').catch(() => '')
    return [
      judgeSize(config),
      ...judgeEphemeral(ports, await text('ip_local_port_range'), await text('ip_local_reserved_ports')),
      await tryPort(config),
    ]
  },
}

export function judgeSize({ passive: { ports }, server }: Pick<Config, 'passive' | 'server'>): Result {
  const { maxSessions } = server
  const said = `${ports.length === 1 ? 'one port' : `${ports.length} ports`} for up to ${maxSessions} sessions`
  return ports.length * SESSIONS_FOR_A_PORT >= maxSessions
    ? ok(`${said}: so many transfers and listings at a time`)
    : warning(
        `${said}: more than one in ${SESSIONS_FOR_A_PORT} finds no port for its transfer; widen passive.ports, or lower server.maxSessions`,
        'passive.ports',
      )
}

/**
 * Ports that the kernel gives to outgoing connections of any program (ip(7), ip_local_port_range), unless they are
 * reserved.
 *
 * @param range text of that file; @param reserved of ip_local_reserved_ports. Empty where there is no such file
 */
export function judgeEphemeral(ports: readonly number[], range: string, reserved: string): Result[] {
  const [from, to] = range.trim().split(/\s+/).map(Number)
  if (from === undefined || to === undefined || range.trim() === '') return []
  const kept = parseReserved(reserved)
  const inside = ports.filter(
    port => port >= from && port <= to && !kept.some(([first, last]) => port >= first && port <= last),
  )
  if (inside.length === 0) return [ok('no port of them goes to outgoing connections of other programs')]
  const list = [reserved.trim(), rangesOf(inside)].filter(text => text !== '').join(',')
  return [
    warning(
      `${inside.length === ports.length ? 'all' : `${inside.length}`} of them may be taken by outgoing connections of any program (${from} to ${to}); keep them with: sysctl net.ipv4.ip_local_reserved_ports=${list} (docker run: --sysctl)`,
      'passive.ports',
    ),
  ]
}

/** Such as `8080,50000-50099`. */
const parseReserved = (text: string): [first: number, last: number][] =>
  text
    .trim()
    .split(',')
    .filter(each => each !== '')
    .map(each => each.split('-').map(Number))
    .map(([first = 0, last = first]) => [first, last])

/** Ascending numbers as they are written for people and sysctl. */
export function rangesOf(ports: readonly number[]): string {
  const ranges: [first: number, last: number][] = []
  for (const port of [...ports].sort((a, b) => a - b)) {
    const range = ranges.at(-1)
    if (range && port === range[1] + 1) range[1] = port
    else ranges.push([port, port])
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(',')
}

/** Listens on the first port that is free, and gives it back at once. */
async function tryPort({ passive: { ports }, server: { listen } }: Config): Promise<Result> {
  const known = rangesOf(ports)
  let taken = 0
  for (const port of ports) {
    try {
      const listener = await listenOn(port, listen.host, () => {})
      await listener[Symbol.asyncDispose]()
      const others =
        taken === 0 ? '' : `; of those before it ${taken} ${taken === 1 ? 'is' : 'are'} in use now`
      return ok(`port ${port} can be listened on${others}`)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EADDRINUSE') taken++
      else if (code === 'EACCES' && port < UNPRIVILEGED)
        return warning(
          `port ${port} may not be tried by this account: ports below ${UNPRIVILEGED} want a privilege; choose others for passive.ports`,
          'passive.ports',
        )
      else
        return problem(
          `port ${port} of ${known} cannot be listened on at ${listen.host} (${code}): correct server.listen.host or passive.ports`,
          'passive.ports',
        )
    }
  }
  return problem(
    `every port of ${known} is in use, by transfers or by other programs: see who with "ss -tlnp", then widen passive.ports and the firewall`,
    'passive.ports',
  )
}

import { listed, Refusal } from '../control-socket/message.js'
import type { Commands } from '../control-socket/server.js'
import { Fault } from '../core/fault.js'
import type { LiveSession } from '../session/roster.js'
import type { Portcullis } from './compose.js'

const PROBE_TIMEOUT_MS = 4000

/** A live session as `portcullis sessions` gets it. */
export interface SessionLine {
  readonly id: string
  /** Null before login. */
  readonly user: string | null
  readonly address: string
  readonly since: string
  /** `login`, `idle`, or the command that runs, such as `STOR`. */
  readonly state: string
  /** Of the running transfer; null when there is none. */
  readonly bytes: number | null
}

export interface BanLine {
  readonly address: string
  readonly until: string
}

export interface ReloadResult {
  readonly users: number
  /** Changed keys that take effect only after a restart. */
  readonly needsRestart: readonly string[]
}

export interface ControlTools {
  /** @throws Error whose message tells what is wrong with the configuration */
  reload(): Promise<ReloadResult>
}

/** What can be asked of the running server through its control socket. */
export function controlCommands(server: Portcullis, { reload }: ControlTools): Commands {
  return {
    'bans.list': async () => {
      const bans = await explained(server.bans.list())
      return listed<BanLine>(bans.map(({ address, until }) => ({ address, until: until.toISOString() })))
    },
    'bans.lift': async ({ argument = '' }) => {
      if (!(await explained(server.bans.lift(argument)))) throw new Refusal(`${argument} is not banned`)
    },
    'sessions.list': async () => listed(server.sessions.map(sessionLine)),
    'sessions.end': async ({ argument = '' }) => {
      const session = server.sessions.find(({ summary }) => summary.id === argument)
      if (session === undefined) throw new Refusal(`there is no session ${argument}`)
      const line = sessionLine(session)
      session.end('ended_by_operator')
      return line
    },
    reload: async () => {
      try {
        return await reload()
      } catch (error) {
        throw new Refusal((error as Error).message, { wrong: true })
      }
    },
    health: async () => {
      try {
        await server.probe(AbortSignal.timeout(PROBE_TIMEOUT_MS))
      } catch (error) {
        throw outage(error) ?? new Refusal((error as Error).message)
      }
    },
  }
}

/** What the operator can mend is told. */
function outage(error: unknown): Refusal | undefined {
  if (!(error instanceof Fault)) return undefined
  if (error.kind === 'audit_unavailable') return new Refusal('the audit log cannot be written')
  if (error.reason !== 'limiter_unavailable') return undefined
  return new Refusal('the store of the limits (auth.store) cannot be asked: see the log, and mend it')
}

const explained = <T>(answer: Promise<T>): Promise<T> =>
  answer.catch(error => {
    throw outage(error) ?? error
  })

const sessionLine = ({ user, summary, transferred }: LiveSession): SessionLine => ({
  id: summary.id,
  user: user ?? null,
  address: summary.address,
  since: summary.since.toISOString(),
  state: user === undefined ? 'login' : summary.doing,
  bytes: transferred ?? null,
})

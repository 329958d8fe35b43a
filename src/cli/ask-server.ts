import { controlSocketOf } from '../config/control-socket.js'
import { ask, Unreachable } from '../control-socket/client.js'
import type { Answer, Listed, Request } from '../control-socket/message.js'
import { UsageError } from './exit.js'
import { complain } from './print.js'

/** For the slowest, a reload; the server gives up then too. */
const TIMEOUT_MS = 60_000

export interface AskOptions {
  /** Names the socket, unless `socket` does. */
  readonly config: string
  readonly socket?: string
}

export interface ListOptions extends AskOptions {
  readonly json?: boolean
}

/**
 * Asks the running server.
 *
 * @param timeout milliseconds
 * @throws UsageError, Error with what to do when it cannot be reached; its cause is an Unreachable then
 */
export async function answerOf(
  request: Request,
  { config, socket }: AskOptions,
  timeout = TIMEOUT_MS,
): Promise<Answer> {
  const path = socket ?? (await controlSocketOf(config))
  if (path === null)
    throw new UsageError(
      'server.controlSocket is null, so a running server cannot be asked; give it a path and restart the server',
    )
  try {
    return await ask(path, request, timeout)
  } catch (error) {
    if (error instanceof Unreachable) throw new Error(remedy(path, error.code), { cause: error })
    throw error
  }
}

/** What the server answers. @throws as {@link answerOf}; UsageError or Error with what it says when it refuses */
export async function askServer<T>(request: Request, options: AskOptions): Promise<T> {
  const answer = await answerOf(request, options)
  if (answer.ok) return answer.result as T
  throw answer.wrong ? new UsageError(answer.error) : new Error(answer.error)
}

/** The entries of a list. That there are more is told on stderr. */
export async function askForList<T>(command: string, options: AskOptions): Promise<readonly T[]> {
  const { entries, more } = await askServer<Listed<T>>({ command }, options)
  if (more > 0) complain(`portcullis: there are ${more} more`)
  return entries
}

function remedy(path: string, code: string): string {
  if (code === 'EACCES' || code === 'EPERM')
    return `the control socket ${path} lets in only the account that the server runs as: run this as that account, for instance with sudo -u`
  return (
    `no server answers at the control socket ${path} (${code}). Start one with: portcullis serve. ` +
    'If one runs, it has another configuration: name that with --config, or its socket with --socket'
  )
}

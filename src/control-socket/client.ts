import { lstat } from 'node:fs/promises'
import { connect } from 'node:net'
import { type Answer, MAX_ANSWER_BYTES, parseAnswer, type Request } from './message.js'
import { readLine } from './read-line.js'

/** Nobody could be asked; `code` is that of the operating system. */
export class Unreachable extends Error {
  readonly code: string

  constructor(path: string, cause: NodeJS.ErrnoException) {
    super(`no server can be reached at ${path} (${cause.code ?? cause.message})`, { cause })
    this.name = 'Unreachable'
    this.code = cause.code ?? ''
  }
}

/**
 * Asks the server that listens there.
 *
 * @param timeout milliseconds
 * @throws Unreachable, or Error when what is there gives no answer
 */
export async function ask(path: string, request: Request, timeout: number): Promise<Answer> {
  const owner = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    throw new Unreachable(path, error)
  })
  // Somebody else's socket would tell what that somebody likes. The superuser may ask everyone's.
  const self = process.getuid?.()
  if (self !== undefined && self !== 0 && owner.uid !== self)
    throw new Unreachable(path, Object.assign(new Error('belongs to another account'), { code: 'EACCES' }))
  const socket = connect({ path })
  const signal = AbortSignal.timeout(timeout)
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', (error: NodeJS.ErrnoException) => reject(new Unreachable(path, error)))
    })
    socket.write(`${JSON.stringify(request)}\n`)
    const answer = parseAnswer(await readLine(socket, MAX_ANSWER_BYTES, signal))
    if (answer === undefined) throw new Error('what came is no answer')
    return answer
  } catch (error) {
    if (error instanceof Unreachable) throw error
    const why = signal.aborted ? `nothing came within ${timeout / 1000} s` : (error as Error).message
    throw new Error(`the server at ${path} gave no answer: ${why}`, { cause: error })
  } finally {
    socket.on('error', () => undefined).destroy()
  }
}

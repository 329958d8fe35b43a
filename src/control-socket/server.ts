import { chmod } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import type { Log } from '../core/ports.js'
import { type Answer, MAX_REQUEST_BYTES, parseRequest, Refusal, type Request } from './message.js'
import { PlaceError, preparePlace } from './place.js'
import { readLine } from './read-line.js'

/** Commands that are asked for at the same time: people and health checks, not programs in a loop. */
const MAX_CONNECTIONS = 16
const NOBODY_ELSE = 0o177

/** Milliseconds; shorter in tests. */
const TIMEOUTS = {
  request: 5_000,
  /** For the slowest: a reload reads certificates and opens folders. */
  answer: 60_000,
}

/** What each command does. What it returns is sent as JSON; a Refusal it throws is told. */
export type Commands = Readonly<Record<string, (request: Request) => Promise<unknown>>>

/** The Unix socket by which the operator's commands reach this process. Whoever may connect may do everything. */
export class ControlSocket implements AsyncDisposable {
  readonly #server: Server
  readonly #live = new Set<Socket>()

  private constructor(commands: Commands, log: Log, timeouts: typeof TIMEOUTS) {
    this.#server = createServer({ allowHalfOpen: true }, socket => {
      this.#live.add(socket)
      socket.on('error', () => undefined).on('close', () => this.#live.delete(socket))
      void serve(socket, commands, log, timeouts)
    })
    this.#server.maxConnections = MAX_CONNECTIONS
    this.#server.on('error', error => log.error({ err: error }, 'the control socket cannot accept'))
  }

  /** @throws PlaceError, which names the path and the remedy */
  static async open(path: string, commands: Commands, log: Log, timeouts = TIMEOUTS): Promise<ControlSocket> {
    await preparePlace(path)
    const control = new ControlSocket(commands, log, timeouts)
    try {
      await control.#listen(path)
      // A default ACL of the folder counts more than the umask.
      await chmod(path, 0o600)
    } catch (error) {
      control.#server.close()
      const { code } = error as NodeJS.ErrnoException
      throw new PlaceError(
        `the control socket ${path} cannot be made (${code}): set server.controlSocket to a place on a local disk where the server's account may write, or to null`,
        error,
      )
    }
    return control
  }

  /** Drops who is being answered and removes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve))
    for (const socket of this.#live) socket.destroy()
    await closed
  }

  #listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).once('listening', () => {
        this.#server.off('error', reject)
        resolve()
      })
      // The file is made within the call: at no moment may anybody else connect.
      const before = process.umask(NOBODY_ELSE)
      try {
        this.#server.listen({ path })
      } finally {
        process.umask(before)
      }
    })
  }
}

async function serve(socket: Socket, commands: Commands, log: Log, timeouts: typeof TIMEOUTS): Promise<void> {
  const timer = setTimeout(() => socket.destroy(), timeouts.answer)
  socket.once('close', () => clearTimeout(timer))
  try {
    const line = await readLine(socket, MAX_REQUEST_BYTES, AbortSignal.timeout(timeouts.request))
    socket.end(`${JSON.stringify(await answer(line, commands, log))}\n`)
    // What else may come is dropped.
    socket.resume()
  } catch {
    // Who asks nothing, or too much, gets no answer.
    socket.destroy()
  }
}

async function answer(line: string, commands: Commands, log: Log): Promise<Answer> {
  try {
    const request = parseRequest(line)
    const run = Object.hasOwn(commands, request.command) ? commands[request.command] : undefined
    if (run === undefined)
      throw new Refusal(`the server does not know "${request.command}": is it older than this command?`, {
        wrong: true,
      })
    return { ok: true, result: (await run(request)) ?? null }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, wrong: error.wrong, error: error.message }
    log.error({ err: error }, 'a command of the control socket failed')
    return { ok: false, wrong: false, error: 'the command failed; the server’s log has the cause' }
  }
}

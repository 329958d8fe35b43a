import { controlSocketOf } from '../config/control-socket.js'
import { loadConfig } from '../config/load.js'
import { ConfigError } from '../config/problem.js'
import { ask, Unreachable } from '../control-socket/client.js'
import { EXIT } from './exit.js'
import { connectLocally, type LocalTarget, localTarget } from './local-target.js'
import { complain } from './print.js'

const TIMEOUT_MS = 5000

export interface HealthOptions {
  readonly config: string
  /** Asks for the greeting there, as a client would. */
  readonly port?: number
  /** In place of `server.controlSocket`. */
  readonly socket?: string
}

/** Whether the server on this machine accepts connections; says nothing when all is well. */
export async function healthcheck(options: HealthOptions): Promise<number> {
  try {
    if (!(await askByControlSocket(options))) await askAsClient(options)
    return EXIT.fine
  } catch (error) {
    if (error instanceof ConfigError) throw error
    complain(`portcullis: unhealthy: ${(error as Error).message}`)
    return EXIT.failed
  }
}

/**
 * The server connects to its own port, which leaves nothing in the audit log. False when it cannot be asked.
 *
 * @throws Error when it says that it is not well, or says nothing
 */
async function askByControlSocket({ config, port, socket }: HealthOptions): Promise<boolean> {
  const path = port === undefined ? (socket ?? (await controlSocketOf(config))) : null
  if (path === null) return false
  try {
    const answer = await ask(path, { command: 'health' }, TIMEOUT_MS)
    if (answer.ok) return true
    throw new Error(answer.error)
  } catch (error) {
    if (error instanceof Unreachable && socket === undefined) return false
    throw error
  }
}

async function askAsClient({ config, port }: HealthOptions): Promise<void> {
  await greeting(localTarget(await loadConfig(config), port))
}

/** Resolves on a 220. */
function greeting(target: LocalTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectLocally(target, { ALPNProtocols: ['ftp'] })
    const timer = setTimeout(
      () => socket.destroy(new Error(`no greeting within ${TIMEOUT_MS / 1000} s`)),
      TIMEOUT_MS,
    )
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      received += text
      if (!received.includes('\n') && received.length < 4096) return
      if (/^220[ -]/.test(received)) {
        resolve()
        socket.end('QUIT\r\n')
      } else socket.destroy(new Error(`expected a 220 greeting, got "${received.slice(0, 3)}"`))
    })
    socket.on('error', reject)
    socket.on('close', () => {
      clearTimeout(timer)
      reject(new Error('the connection was closed before a greeting came'))
    })
  })
}

import { watch as watchFile } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type Logger, pino } from 'pino'
import type { Config } from '../config/schema.js'
import { refuseSecond } from '../control-socket/place.js'
import { type Commands, ControlSocket } from '../control-socket/server.js'
import { Fault } from '../core/fault.js'
import type { Log } from '../core/ports.js'
import { Portcullis } from './compose.js'
import { controlCommands } from './control-commands.js'
import { EXIT } from './exit.js'
import { complain } from './print.js'
import { Reloads } from './reloads.js'
import { type ConfigSource, usableConfig } from './usable-config.js'

export interface ServeOptions extends ConfigSource {
  /** Reload when the file is saved. */
  readonly watch?: boolean
}

/** Editors write a file in several steps; this long after the last one it is read. */
const SETTLE_MS = 200

/** Runs the server until SIGTERM or SIGINT. Resolves to the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const config = await usableConfig(options)
  const log = operationalLog(config)
  // Listened for before the start, so that none is lost meanwhile; as process 1 of a container it would be ignored.
  const stopSignal = firstSignal('SIGTERM', 'SIGINT')
  let server: Portcullis
  try {
    const { controlSocket } = config.server
    if (controlSocket !== null && process.platform !== 'win32') await refuseSecond(controlSocket)
    server = await Portcullis.start(config, options.config, log)
  } catch (error) {
    complain(explainStart(error as NodeJS.ErrnoException, config))
    return EXIT.failed
  }
  const reloads = new Reloads(server, log, options)
  const reload = () => {
    server.reopenLogs()
    return reloads.run()
  }
  let control: ControlSocket | undefined
  try {
    control = await openControlSocket(config, log, controlCommands(server, { reload }))
  } catch (error) {
    complain(`Cannot start: ${(error as Error).message}`)
    await server.stop('no control socket')
    return EXIT.failed
  }
  const { address, port } = server.address
  log.info({ address, port, users: config.users.length }, 'ready')
  process.on('SIGHUP', () => {
    server.reopenLogs()
    reloads.request()
  })
  const watching = options.watch ? watchConfig(options.config, () => reloads.request()) : undefined
  const signal = await stopSignal
  log.info({ signal }, 'stopping')
  watching?.close()
  await server.stop(signal)
  // Last: who drains a server wants to see whom it waits for.
  await control?.[Symbol.asyncDispose]()
  return EXIT.fine
}

const firstSignal = (...signals: NodeJS.Signals[]): Promise<NodeJS.Signals> =>
  new Promise(resolve => {
    // Kept after the first: a second one must not end the process before the drain is over.
    for (const signal of signals) process.on(signal, resolve)
  })

/** The socket for the operator's commands; undefined where there is to be none. @throws PlaceError */
async function openControlSocket(
  { server: { controlSocket: path } }: Config,
  log: Log,
  commands: Commands,
): Promise<ControlSocket | undefined> {
  if (path === null) return undefined
  if (process.platform !== 'win32') return ControlSocket.open(path, commands, log)
  log.warn({}, 'there is no control socket on Windows: bans, sessions and reload cannot reach this server')
  return undefined
}

function watchConfig(file: string, changed: () => void) {
  let timer: NodeJS.Timeout | undefined
  // The folder is watched, because editors replace the file by another.
  return watchFile(dirname(file), (_event, name) => {
    if (name !== basename(file)) return
    clearTimeout(timer)
    timer = setTimeout(changed, SETTLE_MS)
  })
}

function operationalLog({ log }: Config): Logger {
  const options = { level: log.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  if (log.format !== 'pretty' && !process.stdout.isTTY) return pino(options)
  return pino({ ...options, transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } })
}

function explainStart(error: NodeJS.ErrnoException, { server, audit }: Config): string {
  const { host, port } = server.listen
  if (error instanceof Fault && error.kind === 'audit_unavailable')
    return `Cannot start: the audit log ${audit.file} cannot be written (${causes(error.cause)}): let the server's account write in its folder, or correct audit.file.`
  // Other things that are started have these codes too.
  switch (error.syscall === 'listen' ? error.code : undefined) {
    case 'EACCES':
      return (
        `Port ${port} may not be bound by this user. One of these lets it:\n` +
        `  sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}\n` +
        `  sudo setcap cap_net_bind_service=+ep "$(readlink -f "$(command -v node)")"\n` +
        '  portcullis serve --port 9990'
      )
    case 'EADDRINUSE':
      return `Port ${port} is in use by another program: stop it, or choose another with --port or server.listen.port.`
    case 'EADDRNOTAVAIL':
      return `The address ${host} is not one of this machine's: correct server.listen.host.`
    case 'EAFNOSUPPORT':
      return `This machine has no network protocol for ${host}: set server.listen.host to 0.0.0.0.`
    default:
      return `Cannot start: ${causes(error)}`
  }
}

/** The message and what it came from, outermost first. */
function causes(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${causes(error.cause)}`
}

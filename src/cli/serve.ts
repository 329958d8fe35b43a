import { watch as watchFile } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type Logger, pino } from 'pino'
import { loadConfig } from '../config/load.js'
import { ConfigError } from '../config/problem.js'
import type { Config } from '../config/schema.js'
import { inspectCertificates } from './certificates.js'
import { Portcullis } from './compose.js'
import { EXIT, UsageError } from './exit.js'
import { complain } from './print.js'

export interface ServeOptions {
  /** The configuration file. */
  readonly config: string
  /** In place of `server.listen.port`. */
  readonly port?: number
  /** Reload when the file is saved. */
  readonly watch?: boolean
}

/** Editors write a file in several steps; this long after the last one it is read. */
const SETTLE_MS = 200

/** Runs the server until SIGTERM or SIGINT. Resolves to the exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const config = await usableConfig(options)
  const log = operationalLog(config)
  let server: Portcullis
  try {
    server = await Portcullis.start(config, log)
  } catch (error) {
    complain(explainStart(error as NodeJS.ErrnoException, config))
    return EXIT.failed
  }
  log.info(
    { address: server.address.address, port: server.address.port, users: config.users.length },
    'ready',
  )
  return await untilStopped(server, log, options)
}

function untilStopped(server: Portcullis, log: Logger, options: ServeOptions): Promise<number> {
  return new Promise(resolve => {
    const watching = options.watch
      ? watchConfig(options.config, () => void reload(server, log, options))
      : undefined
    const onHangup = () => {
      server.reopenLogs()
      void reload(server, log, options)
    }
    const onStop = (signal: NodeJS.Signals) => {
      log.info({ signal }, 'stopping')
      watching?.close()
      server.stop(signal).then(
        () => resolve(EXIT.fine),
        error => {
          log.error({ err: error }, 'the stop failed')
          resolve(EXIT.failed)
        },
      )
    }
    process.on('SIGHUP', onHangup)
    process.on('SIGTERM', onStop)
    process.on('SIGINT', onStop)
  })
}

/** Validated first, swapped as a whole; a bad file changes nothing and the log says why. */
async function reload(server: Portcullis, log: Logger, options: ServeOptions): Promise<void> {
  try {
    const config = await usableConfig(options)
    const restart = await server.reload(config, options.config)
    log.info({ users: config.users.length, needsRestart: restart }, 'configuration reloaded')
  } catch (error) {
    const problems = error instanceof ConfigError ? error.problems.length : 1
    server.reportRejected(options.config, problems)
    log.error({ problem: (error as Error).message }, 'configuration not reloaded, the old one stays in force')
  }
}

/** @throws ConfigError or UsageError with everything that is wrong, certificates included */
async function usableConfig({ config: file, port }: ServeOptions): Promise<Config> {
  const config = withPort(await loadConfig(file), port)
  const findings = await inspectCertificates(config)
  const errors = findings.filter(({ level }) => level === 'error')
  if (errors.length > 0) throw new UsageError(errors.map(({ path, message }) => `${path}: ${message}`).join('\n'))
  return config
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

const withPort = (config: Config, port: number | undefined): Config =>
  port === undefined
    ? config
    : { ...config, server: { ...config.server, listen: { ...config.server.listen, port } } }

function operationalLog({ log }: Config): Logger {
  const options = { level: log.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  if (log.format !== 'pretty' && !process.stdout.isTTY) return pino(options)
  return pino({ ...options, transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } })
}

function explainStart(error: NodeJS.ErrnoException, { server }: Config): string {
  const { host, port } = server.listen
  switch (error.code) {
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

import { watch as watchFile } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type Logger, pino } from 'pino'
import { loadConfig } from '../config/load.js'
import { ConfigError } from '../config/problem.js'
import type { Config } from '../config/schema.js'
import { inspectCertificates } from './certificates.js'
import { inspectClientTrust } from './client-trust-files.js'
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
  // Listened for before the start, so that none is lost meanwhile; as process 1 of a container it would be ignored.
  const stopSignal = firstSignal('SIGTERM', 'SIGINT')
  let server: Portcullis
  try {
    server = await Portcullis.start(config, options.config, log)
  } catch (error) {
    complain(explainStart(error as NodeJS.ErrnoException, config))
    return EXIT.failed
  }
  const { address, port } = server.address
  log.info({ address, port, users: config.users.length }, 'ready')
  const reloads = new Reloads(server, log, options)
  process.on('SIGHUP', () => {
    server.reopenLogs()
    reloads.request()
  })
  const watching = options.watch ? watchConfig(options.config, () => reloads.request()) : undefined
  const signal = await stopSignal
  log.info({ signal }, 'stopping')
  watching?.close()
  await server.stop(signal)
  return EXIT.fine
}

const firstSignal = (...signals: NodeJS.Signals[]): Promise<NodeJS.Signals> =>
  new Promise(resolve => {
    // Kept after the first: a second one must not end the process before the drain is over.
    for (const signal of signals) process.on(signal, resolve)
  })

/** One reload at a time, in the order they were asked for. */
class Reloads {
  #last: Promise<void> = Promise.resolve()
  readonly #server: Portcullis
  readonly #log: Logger
  readonly #options: ServeOptions

  constructor(server: Portcullis, log: Logger, options: ServeOptions) {
    this.#server = server
    this.#log = log
    this.#options = options
  }

  request(): void {
    this.#last = this.#last.then(() => reload(this.#server, this.#log, this.#options))
  }
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
  const findings = [...(await inspectCertificates(config)), ...(await inspectClientTrust(config))]
  const errors = findings.filter(({ level }) => level === 'error')
  if (errors.length > 0)
    throw new UsageError(errors.map(({ path, message }) => `${path}: ${message}`).join('\n'))
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

import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { exists } from './exists.js'
import { init } from './init.js'
import { print } from './print.js'

const IMPLICIT_FTPS = 990
const UNPRIVILEGED = 9990

export interface StartOptions {
  readonly port?: number
  readonly watch?: boolean
}

/** Serves ./config/portcullis.yaml, and makes a first one when there is none. */
export async function start(options: StartOptions): Promise<number> {
  const config = resolve('config', 'portcullis.yaml')
  if (!(await exists(config))) {
    const port = options.port ?? (await firstPort())
    await init('.', { port })
    print('')
  }
  const { serve } = await import('./serve.js')
  return serve({ config, ...options })
}

/** 990 where this process may have it; otherwise another, with the reason and the remedies. */
async function firstPort(): Promise<number> {
  const refused = await bindingFault(IMPLICIT_FTPS)
  if (refused === undefined) return IMPLICIT_FTPS
  if (refused === 'EADDRINUSE') {
    print(`Port ${IMPLICIT_FTPS} is taken by another program, so this server gets port ${UNPRIVILEGED}.\n`)
    return UNPRIVILEGED
  }
  print(
    [
      `Port ${IMPLICIT_FTPS} may not be used by this user (${refused}), so this server gets port ${UNPRIVILEGED}.`,
      'To have 990, do one of these and set server.listen.port in config/portcullis.yaml:',
      `  sudo sysctl net.ipv4.ip_unprivileged_port_start=${IMPLICIT_FTPS}`,
      `  sudo setcap cap_net_bind_service=+ep ${process.execPath}`,
      'or let the container map it: 990:9990. Another port: --port PORT.',
      '',
    ].join('\n'),
  )
  return UNPRIVILEGED
}

/** The error code that listening on the port gives; undefined when it can be had. */
const bindingFault = (port: number): Promise<string | undefined> =>
  new Promise(settle => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message))
    server.listen(port, () => server.close(() => settle(undefined)))
  })

import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { Unreachable } from '../../control-socket/client.js'
import { answerOf } from '../ask-server.js'
import type { LocalTarget } from '../local-target.js'
import { Dialogue, PATIENCE_MS } from './dialogue.js'
import { type Examination, ok, problem, type Result, type Scene, warning } from './examination.js'

/** What is told where no connection can be made without being refused. */
export const NEEDS_CERTIFICATE =
  'clients must show a certificate (tls.clientCertificates.mode: required), which this command has not'

/** Whether the server answers by its control socket, and can record what it does. */
export const controlSocket: Examination = {
  name: 'control socket',
  async examine({ config, file }) {
    if (config.server.controlSocket === null) return []
    try {
      const answer = await answerOf({ command: 'health' }, { config: file }, PATIENCE_MS)
      return [answer.ok ? ok('the server says that it is well') : problem(`the server says: ${answer.error}`)]
    } catch (error) {
      const { message, cause } = error as Error
      // Where none listens, that is for the examination of the control port to tell.
      if (cause instanceof Unreachable) return [warning(message)]
      return [problem(`${message}. See its log; if it hangs, restart it`)]
    }
  },
}

/** The way of a client up to the password: connection, TLS, greeting, login prompt. Nothing in it counts as a failure. */
export const server: Examination = {
  name: 'server',
  async examine({ config, target }, signal) {
    const { host, port } = target
    if (port === 0) return [problem('server.listen.port is 0, any free one: say which it is with --port')]
    if (config.tls.clientCertificates.mode === 'required')
      return [warning(`TLS and login prompt were not looked at: ${NEEDS_CERTIFICATE}`)]
    try {
      using dialogue = await Dialogue.open(target, signal)
      const { name } = dialogue.socket.getCipher()
      const version = dialogue.socket.getProtocol()
      const facts = `${version} with ${name}; older than ${config.tls.minVersion} is refused`
      return [
        ok(`answers at ${host} port ${port}`),
        ok(`TLS: ${facts} (tls.minVersion)`),
        await greet(dialogue),
      ]
    } catch (error) {
      return [problem(explainConnect(error as NodeJS.ErrnoException, target))]
    }
  },
}

async function greet(dialogue: Dialogue): Promise<Result> {
  const greeting = await dialogue.reply()
  if (greeting.code !== 220) return problem(`greets with "${greeting.line}": see the log of the server`)
  const prompt = await dialogue.command(`USER doctor-${randomBytes(6).toString('hex')}`)
  if (prompt.code !== 331)
    return problem(`answers USER with "${prompt.line}" in place of 331: see the log of the server`)
  await dialogue.quit()
  return ok('greets with 220 and asks for a password')
}

/** Why nobody can connect, and what to do. */
export function explainConnect(error: NodeJS.ErrnoException, { host, port }: LocalTarget): string {
  const where = `${host} port ${port}`
  switch (error.code) {
    case 'ECONNREFUSED':
      return `nobody listens at ${where}: start the server with "portcullis serve". If one runs, it has another configuration (--config) or another port (--port)`
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return `what listens at ${where} speaks no TLS (${error.code}): another program has the port; find it with: ss -ltnp sport = :${port}`
    case 'ETIMEDOUT':
      return `${where}: ${error.message}: the server hangs, or another program has the port. See the log of the server; what has the port tells: ss -ltnp sport = :${port}`
    case 'EHOSTUNREACH':
    case 'EADDRNOTAVAIL':
      return `${where} cannot be reached (${error.code}): correct server.listen.host`
    default:
      return `${where}: ${error.message}. Is the address banned ("portcullis bans list"), or are there too many connections ("portcullis sessions")? The audit log has the reason`
  }
}

/** Whose eyes this command sees files and limits with. */
export const account: Examination = {
  name: 'account',
  async examine({ pid }: Scene) {
    if (pid === undefined || process.getuid === undefined) return []
    const { uid } = await stat(`/proc/${pid}`)
    if (uid === process.getuid()) return [ok(`process ${pid} runs the server, under this account`)]
    return [
      warning(
        `process ${pid} runs the server under account ${uid}, and this is ${process.getuid()}: what may be read and written is seen with other eyes; run this as: sudo -u '#${uid}' …`,
      ),
    ]
  },
}

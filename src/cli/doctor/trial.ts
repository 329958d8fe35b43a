import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { UserTable } from '../../auth/users.js'
import { connectLocally, type LocalTarget, localTarget } from '../local-target.js'
import { userRecords } from '../options.js'
import { type Answer, Dialogue } from './dialogue.js'
import { type Examination, ok, problem, type Result, warning } from './examination.js'
import { fromOutside } from './outside.js'
import { explainConnect } from './server.js'
import { trialAddress } from './trial-address.js'

export interface TrialUser {
  readonly name: string
  /** With the one-time code behind it where the user has one. */
  readonly password: string
}

/** Logs in and lists `/`, once by PASV and once by EPSV, as a client does. */
export const trial = (user: TrialUser): Examination => ({
  name: 'trial',
  async examine(scene, signal) {
    const { config } = scene
    const known = new UserTable(userRecords(config)).get(user.name)
    if (known === undefined) return [problem(`there is no user ${user.name}`)]
    const address = await trialAddress(config, known)
    if ('refused' in address) return [problem(`not tried, because ${user.name} ${address.refused}`)]
    const target = localTarget(config, scene.target.port, address.host)
    let dialogue: Dialogue
    try {
      dialogue = await Dialogue.open(target, signal)
    } catch (error) {
      return [problem(explainConnect(error as NodeJS.ErrnoException, target))]
    }
    using _ = dialogue
    await dialogue.reply()
    await dialogue.command(`USER ${user.name}`)
    const login = await dialogue.command(`PASS ${user.password}`)
    if (login.code !== 230) return [problem(explainLogin(login, user.name))]
    const results = [ok(`${user.name} logged in from ${target.host}`)]
    const dataTarget = { ...target, asProxy: target.asProxy && config.server.proxyProtocol.data }
    // PASV is of IPv4; what it tells to who came by IPv6 leads elsewhere.
    const verbs = isIPv6(target.host) ? (['EPSV'] as const) : (['PASV', 'EPSV'] as const)
    for (const verb of verbs) results.push(await list(dialogue, verb, dataTarget, signal))
    await dialogue.quit()
    results.push(ok(await fromOutside(scene, user.name)))
    return results
  },
})

const explainLogin = ({ line }: Answer, user: string): string =>
  `the login of ${user} got "${line}": was the password right? "portcullis audit tail" has the reason. It counts as one failed login`

/** What PASV or EPSV tells; undefined where it is not understood. */
export function dataAddress(line: string): { address: string | undefined; port: number } | undefined {
  const extended = /^229 .*\(\|\|\|(\d+)\|\)/.exec(line)
  if (extended) return { address: undefined, port: Number(extended[1]) }
  const numbers = /^227 .*\((\d+),(\d+),(\d+),(\d+),(\d+),(\d+)\)/.exec(line)?.slice(1).map(Number)
  if (numbers === undefined) return undefined
  const [high = 0, low = 0] = numbers.slice(4)
  return { address: numbers.slice(0, 4).join('.'), port: high * 256 + low }
}

/** @param target of the control connection: data connections come to the same address */
async function list(
  dialogue: Dialogue,
  verb: 'PASV' | 'EPSV',
  target: LocalTarget,
  signal: AbortSignal,
): Promise<Result> {
  const passive = await dialogue.command(verb)
  const told = dataAddress(passive.line)
  if (told === undefined)
    return problem(
      `${verb} got "${passive.line}": are the ports in use (passive.ports), or does passive.publicAddress not resolve? See the log of the server`,
    )
  const session = await dialogue.session
  const socket = connectLocally({ ...target, port: told.port }, session ? { session } : {})
  const abort = () => socket.destroy(signal.reason)
  signal.addEventListener('abort', abort)
  let failure: Error | undefined
  let isResumed = false
  socket.on('error', error => {
    failure = error
  })
  // Afterwards, when the socket is closed, it cannot be told any more.
  socket.once('secureConnect', () => {
    isResumed = socket.isSessionReused()
  })
  try {
    const ended = countLines(socket)
    const first = await dialogue.command('LIST')
    if (first.code >= 400) return judgeRefused(verb, first)
    const last = await dialogue.reply()
    if (last.code >= 400) return judgeRefused(verb, last, failure)
    const entries = await ended
    const resumed = isResumed
      ? 'TLS session resumed'
      : 'TLS session not resumed, which the server allows this user'
    const listed = `/ was listed by ${verb} (${entries === 1 ? 'one entry' : `${entries} entries`}, ${resumed})`
    return ok(`${listed}${whereTo(told.address, target.host)}`)
  } finally {
    signal.removeEventListener('abort', abort)
    socket.destroy()
  }
}

function whereTo(told: string | undefined, host: string): string {
  if (told === undefined || told === host) return ''
  return `; clients are told ${told}, of which only a client outside can say whether it leads here`
}

function judgeRefused(verb: string, { code, line }: Answer, cause?: Error): Result {
  const why = cause === undefined ? '' : ` (${cause.message})`
  if (code === 550)
    return warning(`${verb} could not be tried: this user may not list / ("${line}"); try one who may`)
  return problem(
    `a listing by ${verb} got "${line}"${why}: does a firewall on this machine block the passive ports? "portcullis audit tail" has the reason`,
  )
}

/** Lines until the end; how it came to that is what the server's reply tells. */
async function countLines(socket: NodeJS.ReadableStream): Promise<number> {
  let lines = 0
  socket.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 0x0a) lines++
  })
  await once(socket, 'end').catch(() => {})
  return lines
}

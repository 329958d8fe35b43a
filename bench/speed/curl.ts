import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Gate } from './gate.js'
import { cpuSeconds } from './processes.js'
import type { RunningServer } from './server.js'

/** Longer than the slowest server takes for the largest file. */
const PATIENCE_MS = 300_000

export interface Work {
  readonly path: string
  /** The file to upload; undefined for a download or a listing. */
  readonly upload?: string
}

export interface Measured {
  readonly seconds: number
  /** Of the server, and of the client that used most. */
  readonly serverCpu: number
  readonly busiestCpu: number
}

/**
 * One curl for each piece of work, all at once. The time runs from when all have logged in to when the last has its
 * final reply: between, each waits at a gate, so that neither its start nor the login is counted.
 *
 * @throws Error with what curl said when a transfer fails or takes longer than five minutes
 */
export async function measureCurl(server: RunningServer, works: readonly Work[]): Promise<Measured> {
  await using gate = new Gate()
  const url = await gate.open()
  const failed = new AbortController()
  const signal = AbortSignal.any([failed.signal, AbortSignal.timeout(PATIENCE_MS)])
  const clients = works.map(work => start(script(server, work, url), failed))
  const pids = clients.map(({ pid }) => pid)
  try {
    await gate.arrived(works.length, signal)
    const before = { server: cpuSeconds(server.pid), clients: pids.map(cpuSeconds), time: performance.now() }
    gate.release()
    await gate.arrived(works.length, signal)
    const seconds = (performance.now() - before.time) / 1000
    const own = pids.map((pid, index) => cpuSeconds(pid) - (before.clients[index] ?? 0))
    return { seconds, serverCpu: cpuSeconds(server.pid) - before.server, busiestCpu: Math.max(...own) }
  } catch (error) {
    throw failed.signal.aborted ? failed.signal.reason : error
  } finally {
    gate.release()
    await Promise.all(clients.map(({ exited }) => exited))
  }
}

/** Log in, wait, transfer, wait. */
function script(server: RunningServer, { path, upload }: Work, gate: string): string {
  const { port, user, uploader, password, explicit } = server
  const base = `${explicit ? 'ftp' : 'ftps'}://127.0.0.1:${port}/`
  const login = `${upload === undefined ? user : (uploader ?? user)}:${password}`
  const ftp = [
    ...['ssl-reqd', 'insecure', 'tlsv1.3', 'ftp-skip-pasv-ip'],
    ...[
      'tls13-ciphers = TLS_AES_128_GCM_SHA256',
      'curves = P-256',
      'ftp-method = nocwd',
      `user = "${login}"`,
    ],
  ]
  const wait = [`url = "${gate}"`, 'output = /dev/null']
  const transfer =
    upload === undefined ? ['output = /dev/null'] : [`upload-file = "${upload}"`, 'output = /dev/null']
  const parts = [
    [...ftp, `url = "${base}"`, 'head', 'output = /dev/null'],
    wait,
    [...ftp, `url = "${base}${path}"`, ...transfer],
    wait,
  ]
  const common = ['silent', 'show-error', 'fail-early']
  return parts.map(lines => [...common, ...lines].join('\n')).join('\nnext\n')
}

function start(config: string, failed: AbortController): { pid: number; exited: Promise<void> } {
  const child = spawn('curl', ['--disable', '--config', '-'], { stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', chunk => {
    said += chunk
  })
  child.stdin.end(config)
  failed.signal.addEventListener('abort', () => child.kill('SIGKILL'))
  const exited = once(child, 'close').then(([code]) => {
    if (code !== 0) failed.abort(new Error(said.trim() || `curl ended with ${code}`))
  })
  return { pid: child.pid ?? 0, exited }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunningServer } from '../server.js'

const START_MS = 10_000
const STEP_MS = 20

/** A port that was free a moment ago, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

/**
 * A server that stays in the foreground. Such programs do not say when they listen, so they are asked.
 *
 * @throws Error with what it printed when it does not listen within 10 s
 */
export async function startDaemon(
  program: string,
  args: readonly string[],
  address: Omit<RunningServer, 'pid' | typeof Symbol.asyncDispose>,
): Promise<RunningServer> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr?.on('data', chunk => {
    said = (said + chunk).slice(-1_000)
  })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const exited = once(child, 'exit')
    await Promise.race([exited, delay(START_MS, undefined, { ref: false })])
    child.kill('SIGKILL')
  }
  if (!(await listens(child, address.port))) {
    await stop()
    throw new Error(`${program} did not start: ${said.trim()}`)
  }
  return { ...address, pid: child.pid ?? 0, [Symbol.asyncDispose]: stop }
}

async function listens(child: ChildProcess, port: number): Promise<boolean> {
  for (let waited = 0; waited < START_MS && child.exitCode === null; waited += STEP_MS) {
    const socket = connect(port, '127.0.0.1')
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (connected) return true
    await delay(STEP_MS)
  }
  return false
}

import { startProcess } from '../../baseline/child.js'
import { PASSWORD, USER } from '../../baseline/scene.js'
import type { RunningServer } from '../server.js'

/** A server that is a Node program and has one user, {@link USER}. @throws Error as `startProcess` */
export async function startNode(file: string, args: readonly string[]): Promise<RunningServer> {
  const child = await startProcess(file, args)
  return {
    port: child.port,
    pid: child.pid ?? 0,
    user: USER,
    password: PASSWORD,
    explicit: false,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  }
}

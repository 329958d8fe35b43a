import { dirname, join } from 'node:path'
import { controlCommands, type ReloadResult } from '../../src/cli/control-commands.js'
import { ControlSocket } from '../../src/control-socket/server.js'
import { type CliResult, runCli } from './run-cli.js'
import type { TestServer } from './server.js'

export interface Controlled extends AsyncDisposable {
  readonly socket: string
  /** Runs `portcullis` with these arguments and the socket of the server. */
  run(...args: string[]): Promise<CliResult>
}

/** Lets the operator's commands reach a test server. */
export async function controlled(
  server: TestServer,
  reload: () => Promise<ReloadResult> = async () => ({ users: 1, needsRestart: [] }),
): Promise<Controlled> {
  const folder = dirname(server.auditFile)
  const socket = join(folder, 'control.sock')
  const ignore = () => {}
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
  const control = await ControlSocket.open(socket, controlCommands(server.portcullis, { reload }), log)
  return {
    socket,
    run: (...args) => runCli([...args, '--socket', socket], { cwd: folder }),
    [Symbol.asyncDispose]: () => control[Symbol.asyncDispose](),
  }
}

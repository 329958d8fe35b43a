import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CliResult, runCli } from './run-cli.js'
import type { TestServerOptions } from './server.js'
import { ServerProcess } from './server-process.js'
import { type TempDir, tempDir } from './temp-dir.js'

/** Few enough for whatever machine this runs on. */
const SMALL: TestServerOptions = {
  config: {
    server: {
      listen: { host: '127.0.0.1', port: 0 },
      maxSessions: 20,
      maxSessionsPerAddress: 20,
      workers: 0,
    },
  },
}

/** Where no server listens. */
const NOBODY = 1

export interface Patient extends AsyncDisposable {
  readonly dir: TempDir
  readonly server: ServerProcess
  examine(args?: readonly string[], input?: string): Promise<CliResult>
  /** What the audit log has of these events. */
  recorded(...events: string[]): Promise<string[]>
}

/** A server in a process of its own and its files; it runs unless `start` is false. */
export async function patient(options: TestServerOptions = {}, { start = true } = {}): Promise<Patient> {
  const dir = await tempDir()
  const { server: section, ...config } = options.config ?? {}
  const server = await ServerProcess.in(dir.path, {
    ...options,
    config: { ...config, server: { ...SMALL.config?.server, ...section } },
  })
  const port = start ? await server.start() : NOBODY
  return {
    dir,
    server,
    examine: (args = [], input = '') =>
      runCli(['doctor', '--config', 'portcullis.yaml', '--port', `${port}`, ...args], {
        cwd: dir.path,
        input,
      }),
    async recorded(...events) {
      const log = await readFile(join(dir.path, 'audit.jsonl'), 'utf8')
      const lines = log.split('\n').filter(line => line !== '')
      return lines.map(line => JSON.parse(line).event as string).filter(event => events.includes(event))
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

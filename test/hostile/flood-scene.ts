import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { plant } from '../helpers/plant.js'
import { tempDir } from '../helpers/temp-dir.js'
import { ProbedServer } from './probed-server.js'

const UNLIMITED = { max: 1_000_000 }
/** More than the buffers of two sockets hold. */
const LARGE = 64 << 20

/** A server in a process of its own; limits by address would only hide what is behind them. */
export async function floodScene(timeouts: Readonly<Record<string, string>>, entries: number) {
  const dir = await tempDir()
  const limits = {
    connectionsPerAddress: UNLIMITED,
    failuresPerUserAndAddress: UNLIMITED,
    failuresPerAddress: UNLIMITED,
  }
  const listen = { host: '127.0.0.1', port: 0 }
  const config = {
    server: { listen, maxSessions: 5000, maxSessionsPerAddress: 5000, timeouts },
    auth: { limits, verification: { concurrency: 2, queue: 20 } },
  }
  const server = await ProbedServer.start(dir.path, { config, ports: 800 }, ['acme'])
  const home = join(server.data, 'acme')
  await plant(home, { 'many/': '', large: '' })
  await truncate(join(home, 'large'), LARGE)
  for (let entry = 0; entry < entries; entry++) await writeFile(join(home, 'many', `file ${entry}`), '')
  return {
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

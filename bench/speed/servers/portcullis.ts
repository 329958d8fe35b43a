import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { hashPassword } from '../../../src/auth/argon2.js'
import { PASSWORD, USER } from '../../baseline/scene.js'
import type { Server } from '../server.js'
import { startNode } from './node-process.js'

/** The program that is shipped; this file runs in `build/bench/speed/servers/`. */
const PROGRAM = fileURLToPath(new URL('../../../../dist/main.js', import.meta.url))

/** More than any row needs: everything here comes from one address. */
const MANY = 100_000

const server = (id: string, uploads: object, workers = 0): Server => ({
  id,
  missing: async () => undefined,
  async open({ folder, home, cert, key, passive }) {
    const own = join(folder, id)
    await mkdir(own, { recursive: true })
    const config = join(own, 'portcullis.yaml')
    const settings = {
      server: {
        listen: { host: '127.0.0.1', port: 0 },
        maxSessions: MANY,
        maxSessionsPerAddress: MANY,
        workers,
      },
      tls: { certificates: [{ cert, key }] },
      passive: { ports: passive },
      auth: {
        limits: { connectionsPerAddress: { max: 1_000_000, within: '1s' } },
        verification: { queue: 10_000 },
      },
      storage: { root: own },
      uploads,
      audit: { file: 'audit.jsonl' },
      users: [
        { name: USER, passwordHash: await hashPassword(PASSWORD), home, grants: { '/': 'read-write' } },
      ],
    }
    await writeFile(config, stringify(settings), { mode: 0o600 })
    return await startNode(PROGRAM, ['serve', '--config', config])
  },
})

/** With its defaults; only limits per address are raised. */
export const portcullis = server('portcullis', {})

/** With threads that carry the data connections. */
export const portcullisWorkers = server('portcullis-workers', {}, 2)

/** As servers do that sync nothing and hash nothing: what commit mode and the checksum cost is the difference. */
export const portcullisRename = server('portcullis-rename', { durability: 'rename', checksum: false })

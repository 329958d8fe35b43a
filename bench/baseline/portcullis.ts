import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { hashPassword } from '../../src/auth/argon2.js'
import { launched } from './launch.js'
import { PASSWORD, USER } from './scene.js'

/** The program that is shipped; this file runs in `build/bench/baseline/`. */
const PROGRAM = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))

/** Portcullis as it is run, with its defaults. */
export const portcullis = launched('Portcullis', async ({ folder, cert, key, passive }) => {
  const config = join(folder, 'portcullis.yaml')
  const settings = {
    server: { listen: { host: '127.0.0.1', port: 0 } },
    tls: { certificates: [{ cert, key }] },
    passive: { ports: passive },
    storage: { root: 'data' },
    audit: { file: 'audit.jsonl' },
    users: [{ name: USER, passwordHash: await hashPassword(PASSWORD), grants: { '/': 'read-write' } }],
  }
  await writeFile(config, stringify(settings), { mode: 0o600 })
  return { file: PROGRAM, args: ['serve', '--config', config] }
})

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { hashPassword } from '../../src/auth/argon2.js'
import { launched } from '../baseline/launch.js'
import { PASSWORD, USER } from '../baseline/scene.js'
import type { Source } from '../baseline/target.js'

/** The program that is shipped; this file runs in `build/bench/hostile-login/`. */
const PROGRAM = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))

/** Users beside {@link USER}, each of whom logs in once: no login of theirs is in the cache of right passwords. */
export const partner = (number: number): string => `partner${number}`

/** Portcullis with so many partners and these limits, all else as it comes. */
export const serverWith = (partners: number, limits: Readonly<Record<string, object>>): Source =>
  launched('Portcullis', async ({ folder, cert, key, passive }) => {
    const passwordHash = await hashPassword(PASSWORD)
    const names = [USER, ...Array.from({ length: partners }, (_, number) => partner(number))]
    const config = join(folder, 'portcullis.yaml')
    const settings = {
      server: { listen: { host: '127.0.0.1', port: 0 } },
      tls: { certificates: [{ cert, key }] },
      passive: { ports: passive },
      storage: { root: 'data' },
      onUpload: { queue: { folder: 'queue' } },
      audit: { file: 'audit.jsonl' },
      auth: { limits },
      users: names.map(name => ({ name, passwordHash, home: USER, grants: { '/': 'read-write' } })),
    }
    await writeFile(config, stringify(settings), { mode: 0o600 })
    return { file: PROGRAM, args: ['serve', '--config', config] }
  })

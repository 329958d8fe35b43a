import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { hashPassword } from '../../src/auth/argon2.js'
import { launched } from './launch.js'
import { PASSWORD, USER } from './scene.js'
import type { Source } from './target.js'

/** The program that is shipped; this file runs in `build/bench/baseline/`. */
const PROGRAM = fileURLToPath(new URL('../../../dist/main.js', import.meta.url))

/** Portcullis with these sections besides what it needs, and users with one password and one home. */
export const portcullisWith = (
  users: readonly string[],
  sections: Readonly<Record<string, object>>,
): Source =>
  launched('Portcullis', async ({ folder, cert, key, passive }) => {
    const passwordHash = await hashPassword(PASSWORD)
    const config = join(folder, 'portcullis.yaml')
    const settings = {
      server: { listen: { host: '127.0.0.1', port: 0 } },
      tls: { certificates: [{ cert, key }] },
      passive: { ports: passive },
      storage: { root: 'data' },
      audit: { file: 'audit.jsonl' },
      ...sections,
      users: users.map(name => ({ name, passwordHash, home: USER, grants: { '/': 'read-write' } })),
    }
    await writeFile(config, stringify(settings), { mode: 0o600 })
    return { file: PROGRAM, args: ['serve', '--config', config] }
  })

/** Portcullis as it is run, with its defaults. */
export const portcullis = portcullisWith([USER], {})

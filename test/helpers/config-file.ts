import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Of a random password: good in form, of no use to anyone. */
export const HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$xEZplu9fy/QBxpxTkR8kUQ$NkFFqiObUEUrlDcsUgiizetOzAj2EYls+QJn3aXMC3g'

export const TLS = 'tls:\n  certificates:\n    - cert: ../certs/server.crt\n      key: ../certs/server.key\n'

export const USERS = `users:\n  - name: acme\n    passwordHash: ${HASH}\n    grants:\n      /: read-write\n`

/** Writes `config/portcullis.yaml` under the folder and gives its path. */
export async function writeConfig(folder: string, text: string): Promise<string> {
  const file = join(folder, 'config', 'portcullis.yaml')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text, { mode: 0o600 })
  return file
}

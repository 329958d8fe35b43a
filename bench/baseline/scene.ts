import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSelfSigned } from '../../src/tls/self-signed.js'
import { passivePorts } from '../../test/helpers/ports.js'
import { tempDir } from '../../test/helpers/temp-dir.js'

/** The user of the servers that are started here; good for nothing else. */
export const USER = 'acme'
export const PASSWORD = 'correct horse battery staple'

/** Both servers get a passive range of this many ports. */
const PASSIVE_PORTS = 10

/** What a server needs to start, in a folder that goes with it. */
export interface Scene extends AsyncDisposable {
  readonly folder: string
  readonly home: string
  /** PEM files. */
  readonly cert: string
  readonly key: string
  /** `from-to` */
  readonly passive: string
}

export async function makeScene(ports = PASSIVE_PORTS): Promise<Scene> {
  const dir = await tempDir()
  const home = join(dir.path, 'data', USER)
  await mkdir(home, { recursive: true })
  const pair = await createSelfSigned({ hosts: ['localhost', '127.0.0.1'], days: 2 })
  const cert = join(dir.path, 'server.crt')
  const key = join(dir.path, 'server.key')
  await writeFile(cert, pair.cert)
  await writeFile(key, pair.key, { mode: 0o600 })
  const dispose = () => dir[Symbol.asyncDispose]()
  return {
    folder: dir.path,
    home,
    cert,
    key,
    passive: passivePorts(ports),
    [Symbol.asyncDispose]: dispose,
  }
}

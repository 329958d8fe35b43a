import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tempDir } from './temp-dir.js'

export interface TrustFiles extends AsyncDisposable {
  /** Writes one file of these PEM texts and gives its path. */
  file(...pem: readonly string[]): Promise<string>
}

/** Files for `tls.clientCertificates`. */
export async function trustFiles(): Promise<TrustFiles> {
  const dir = await tempDir()
  return {
    async file(...pem) {
      const path = join(dir.path, `${randomUUID()}.pem`)
      await writeFile(path, pem.join(''), { mode: 0o600 })
      return path
    },
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  }
}

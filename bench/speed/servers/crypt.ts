import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** SHA-512 crypt with its 5,000 rounds, as system accounts have it. */
export async function cryptPassword(password: string): Promise<string> {
  const { stdout } = await run('openssl', ['passwd', '-6', password])
  return stdout.trim()
}

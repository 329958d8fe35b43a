import { readFile } from 'node:fs/promises'
import type { SecureVersion } from 'node:tls'
import { Client } from 'basic-ftp'
import { PASSWORD, type TestServer } from './server.js'

/** The client basic-ftp, logged in; over this version of TLS only. */
export async function basicFtpClient(
  { port, ca }: Pick<TestServer, 'port' | 'ca'>,
  version?: SecureVersion,
): Promise<Client & Disposable> {
  const client = new Client(10_000)
  const secureOptions = {
    ca: await readFile(ca),
    ...(version && { minVersion: version, maxVersion: version }),
  }
  await client.access({
    ...{ host: '127.0.0.1', port, user: 'acme', password: PASSWORD },
    secure: 'implicit',
    secureOptions,
  })
  return Object.assign(client, { [Symbol.dispose]: () => client.close() })
}

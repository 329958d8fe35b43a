import assert from 'node:assert/strict'
import type { FtpClient } from './ftp-client.js'
import type { TestServer } from './server.js'

/** The whole reply to a login that is refused, whatever the reason. */
export const REFUSED = '530 Login incorrect.'

/** USER and PASS; the line of the final reply. */
export async function attempt(client: FtpClient, user: string, password: string): Promise<string> {
  assert.equal((await client.command(`USER ${user}`)).code, 331)
  return (await client.command(`PASS ${password}`)).lines.join()
}

/** The reasons of all failed logins so far. */
export const failures = async (server: TestServer) =>
  (await server.audit()).filter(({ event }) => event === 'login.failed').map(({ reason }) => reason)

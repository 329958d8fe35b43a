import assert from 'node:assert/strict'
import { type ClientOptions, FtpClient } from './ftp-client.js'
import { PASSWORD, type TestServer } from './server.js'

export const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const
type Version = (typeof VERSIONS)[number]

/** The options of a client that speaks this version alone. */
export const only = (version: Version): ClientOptions => ({ minVersion: version, maxVersion: version })

/** What a login with this certificate is answered with, and what the audit log has of it. */
export async function attemptShowing(
  server: TestServer,
  options: ClientOptions,
  user = 'acme',
  password = PASSWORD,
) {
  using client = await FtpClient.connect(server.port, options)
  assert.equal((await client.command(`USER ${user}`)).code, 331)
  const reply = await client.command(`PASS ${password}`)
  const events = (await server.audit()).filter(({ event }) => String(event).startsWith('login.'))
  const { event, reason, factor, certificate, certificateSubject } = events.at(-1) ?? {}
  return { reply: `${reply.code} ${reply.text}`, event, reason, factor, certificate, certificateSubject }
}

/** The section of the configuration that asks clients for a certificate. */
export const asked = (
  mode: 'optional' | 'required',
  ca: string | null,
  crl: readonly string[] | null = null,
) => ({
  tls: { clientCertificates: { mode, ca, crl } },
})

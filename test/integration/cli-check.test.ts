import assert from 'node:assert/strict'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspectControlSocket } from '../../src/cli/inspect-control-socket.js'
import { inspectHours } from '../../src/cli/inspect-hours.js'
import { loadConfig } from '../../src/config/load.js'
import { TLS, USERS, writeConfig } from '../helpers/config-file.js'
import { tempDir } from '../helpers/temp-dir.js'

/** A Wednesday. */
const NOW = Date.parse('2026-07-01T12:00:00Z')
const MON_FRI = 'hours: { timeZone: UTC, allow: [{ days: mon-fri, from: "06:00", to: "20:00" }] }'

const TIMES: readonly (readonly [what: string, lines: readonly string[], warns: boolean])[] = [
  ['no end', [MON_FRI], false],
  ['hours before the end', [MON_FRI, 'expires: 2026-07-01'], false],
  ['the last of them has passed', [MON_FRI.replace('20:00', '11:00'), 'expires: 2026-07-01'], true],
  ['valid on a weekend only', [MON_FRI, 'validFrom: 2026-07-04', 'expires: 2026-07-05'], true],
  ['valid until a Monday', [MON_FRI, 'validFrom: 2026-07-04', 'expires: 2026-07-06'], false],
  ['expired, which is told elsewhere', [MON_FRI, 'expires: 2026-06-28'], false],
]

for (const [what, lines, warns] of TIMES) {
  test(`hours: ${what}`, async () => {
    await using dir = await tempDir()
    const text = `${TLS}${USERS}${lines.map(line => `    ${line}\n`).join('')}`
    const [user] = (await loadConfig(await writeConfig(dir.path, text))).users
    assert.ok(user)
    assert.deepEqual(
      inspectHours(user, 'users[0]', NOW).map(({ level, path }) => `${level} ${path}`),
      warns ? ['warning users[0].hours'] : [],
    )
  })
}

test('control socket: what would keep the server from starting', async () => {
  await using dir = await tempDir()
  const found = async (place: string) => {
    const audit = 'audit: { file: ../logs/audit.jsonl }\n'
    const text = `server: { controlSocket: ${place} }\n${audit}${TLS}${USERS}`
    const findings = await inspectControlSocket(await loadConfig(await writeConfig(dir.path, text)))
    return findings.map(({ level, path, message }) => `${level} ${path} ${message}`).join()
  }
  await mkdir(join(dir.path, 'run'))
  assert.equal(await found('../run/c.sock'), '')
  // The folder of the audit log is made by the server, no other.
  assert.equal(await found('../logs/c.sock'), '')
  assert.match(await found('../absent/c.sock'), /^error server\.controlSocket .*absent .*make it/)
  assert.equal(await found('null'), '')
  assert.match(
    await found(`../run/${'x'.repeat(108)}`),
    /^error server\.controlSocket .* has a path of \d+ bytes/,
  )
  await chmod(join(dir.path, 'run'), 0o777)
  assert.match(await found('../run/c.sock'), /^error server\.controlSocket everyone .* chmod o-w/)
})

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { controlSocketOf } from '../../../src/config/control-socket.js'
import { ConfigError } from '../../../src/config/problem.js'
import { TLS, USERS, writeConfig } from '../../helpers/config-file.js'
import { tempDir } from '../../helpers/temp-dir.js'

const REST = TLS + USERS

/** Given by their path under the folder that holds `config`. */
const CASES: readonly (readonly [what: string, text: string, expected: string | null])[] = [
  ['nothing said', REST, 'logs/control.sock'],
  ['another audit log', `audit: { file: ../audit/a.jsonl }\n${REST}`, 'audit/control.sock'],
  ['a path', `server: { controlSocket: ../run/p.sock }\n${REST}`, 'run/p.sock'],
  ['none', `server: { controlSocket: null }\n${REST}`, null],
  ['a mistake elsewhere', `log: { levl: info }\n${REST}`, 'logs/control.sock'],
  [
    'a mistake elsewhere, and another audit log',
    `log: 1\naudit: { file: ../a.jsonl }\n${REST}`,
    'control.sock',
  ],
  ['a mistake elsewhere, and a path', `users: 1\nserver: { controlSocket: ../p.sock }\n${TLS}`, 'p.sock'],
  ['a section that is none', `server: 5\n${REST}`, 'logs/control.sock'],
  ['a mistake elsewhere, and none', `users: 1\nserver: { controlSocket: null }\n${TLS}`, null],
]

for (const [what, text, expected] of CASES) {
  test(`${what}: ${expected}`, async () => {
    await using dir = await tempDir()
    const found = await controlSocketOf(await writeConfig(dir.path, text))
    assert.equal(found, expected && join(dir.path, expected))
  })
}

for (const [what, text] of [
  ['no YAML', 'server: ['],
  ['a mistake in the key itself', `server: { controlSocket: 5 }\n${REST}`],
  ['a reference beside a mistake', `audit: { file: !env NOT_SET }\nlog: 1\n${REST}`],
] as const) {
  test(`${what}: every mistake is told`, async () => {
    await using dir = await tempDir()
    await assert.rejects(controlSocketOf(await writeConfig(dir.path, text)), ConfigError)
  })
}

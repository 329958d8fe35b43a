import assert from 'node:assert/strict'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspectHooks } from '../../../src/cli/hooks.js'
import { loadConfig } from '../../../src/config/load.js'
import { TLS, USERS, writeConfig } from '../../helpers/config-file.js'
import { tempDir } from '../../helpers/temp-dir.js'

const SECRET = 'x'.repeat(32)
const to = (url: string) => `webhook: { url: "${url}", secret: ${SECRET} }`

const CASES: readonly (readonly [name: string, section: string, expected: readonly RegExp[]])[] = [
  ['no hook', '', []],
  ['https', to('https://a.example/?token=hunter2'), []],
  ['http to this machine', to('http://127.0.0.1:8080'), []],
  ['http over the network', to('http://a.example/?token=hunter2'), [/^warning .*webhook\.url: uses http/]],
  [
    'authorities that are not there',
    `webhook: { url: "https://a.example", secret: ${SECRET}, ca: none.pem }`,
    [/^error onUpload\.webhook\.ca: .*none\.pem cannot be read$/],
  ],
  ['a good command', 'command: { argv: [/bin/sh, -c, x] }', []],
  ['no such command', 'command: { argv: [/nowhere/x] }', [/^warning .*argv: \/nowhere\/x does not exist$/]],
  ['a command that is a folder', 'command: { argv: [/] }', [/may not be run by this user$/]],
]

for (const [name, section, expected] of CASES) {
  test(`check says of ${name}: ${expected.length === 0 ? 'nothing' : 'what is wrong'}`, async () => {
    await using dir = await tempDir()
    const file = await writeConfig(dir.path, `${TLS}onUpload: { ${section} }\n${USERS}`)
    const findings = await inspectHooks((await loadConfig(file)).onUpload)
    const told = findings.map(({ level, path, message }) => `${level} ${path}: ${message}`)
    assert.equal(told.length, expected.length, told.join('\n'))
    for (const [index, pattern] of expected.entries()) assert.match(told[index] ?? '', pattern)
    assert.ok(!told.join().includes('hunter2'))
  })
}

test('check warns of a command that everyone may change, or nobody may run', async () => {
  await using dir = await tempDir()
  const program = join(dir.path, 'on-upload')
  await writeFile(program, '#!/bin/sh\n')
  const inspect = async (mode: number) => {
    await chmod(program, mode)
    const command = { argv: [program], timeout: 1000, concurrency: 1 }
    const file = await writeConfig(dir.path, TLS + USERS)
    const findings = await inspectHooks({ ...(await loadConfig(file)).onUpload, command })
    return findings.map(({ message }) => message).join()
  }
  assert.match(await inspect(0o757), /may be changed by everyone/)
  assert.match(await inspect(0o644), /may not be run by this user/)
  assert.equal(await inspect(0o755), '')
})

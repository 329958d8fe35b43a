import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../src/config/load.js'
import { testWith } from '../helpers/client-program.js'
import { TLS, USERS, writeConfig } from '../helpers/config-file.js'
import { codeNow, TOTP_SECRET, wrongCode } from '../helpers/one-time-code.js'
import { runCli } from '../helpers/run-cli.js'
import { tempDir } from '../helpers/temp-dir.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const secretOf = async (file: string) => (await loadConfig(file)).users[0]?.totp ?? null
const shown = (out: string) => /^secret {2}([A-Z2-7]{32})$/m.exec(out)?.[1]

test('user totp makes a secret, shows it, writes it, and takes it away again', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS)
  const user = (...args: string[]) => runCli(['user', ...args], { cwd: dir.path })

  const { code, out, err } = await user('totp', 'acme', '--no-confirm')
  assert.equal(code, 0, err)
  const secret = await secretOf(file)
  assert.equal(shown(out), secret)
  assert.match(out, new RegExp(`^URI {5}otpauth://totp/[^:?]+:acme\\?.*secret=${secret}&`, 'm'))
  assert.match(out, /^██ ▄▄▄▄▄ █.*█ ▄▄▄▄▄ ██$/m)
  assert.match((await user('list')).out, /^acme +active .* password\+totp /m)

  const again = await user('totp', 'acme', '--no-confirm')
  assert.equal(shown(again.out), await secretOf(file))
  assert.notEqual(shown(again.out), secret)

  assert.equal((await user('totp', 'acme', '--remove')).code, 0)
  assert.match((await user('list')).out, /^acme +active .* password /m)
  assert.equal(await readFile(file, 'utf8'), TLS + USERS)
})

test('check tells the time where codes need it', async () => {
  await using dir = await tempDir()
  const run = (...args: string[]) => runCli(args, { cwd: dir.path })
  assert.equal((await run('init')).code, 0)
  assert.doesNotMatch((await run('check')).out, /time/)
  assert.equal((await run('user', 'totp', 'partner', '--no-confirm')).code, 0)
  assert.match((await run('check')).out, /^one-time codes need the right time, .*; here it is \d{4}-.*Z$/m)
})

test('user totp writes the secret to a file of its own, which only the owner reads', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS)
  const user = (...args: string[]) => runCli(['user', 'totp', 'acme', ...args], { cwd: dir.path })
  const { code, out } = await user('--no-confirm', '--secret-file', 'my secret')
  assert.equal(code, 0)
  assert.equal(await readFile(join(dir.path, 'my secret'), 'utf8'), `${shown(out)}\n`)
  assert.equal((await stat(join(dir.path, 'my secret'))).mode & 0o777, 0o600)
  assert.match(await readFile(file, 'utf8'), /^ {4}totp: !file \.\.\/my secret$/m)
  assert.equal(await secretOf(file), shown(out))

  const absolute = join(dir.path, 'other')
  assert.equal((await user('--no-confirm', '--secret-file', absolute)).code, 0)
  assert.ok((await readFile(file, 'utf8')).includes(`totp: !file ${absolute}\n`))

  const removed = await user('--remove')
  assert.match(removed.out, /password alone.*\nThe secret is still where it was: !file .*other\./)
  assert.equal(await readFile(file, 'utf8'), TLS + USERS)
})

test('authenticators list the code under the greeting, or the name of the host', async () => {
  await using dir = await tempDir()
  const greeting = 'Ä: Partner file exchange, open day and night'
  await writeConfig(dir.path, `server: { greeting: "${greeting}" }\n${TLS}${USERS}`)
  const { out } = await runCli(['user', 'totp', 'acme', '--no-confirm'], { cwd: dir.path })
  const uri = new URL(/^URI {5}(.*)$/m.exec(out)?.[1] ?? '')
  assert.equal(uri.searchParams.get('issuer'), 'Ä  Partner file exchange, open day and n')
})

const REFUSED: readonly (readonly [name: string, args: string[], totp: string, expected: RegExp])[] = [
  ['no terminal to ask at', ['acme'], '', /--no-confirm goes without/],
  ['a user who is not there', ['acne', '--no-confirm'], '', /did you mean "acme"\?/],
  ['a folder that is not there', ['acme', '--no-confirm', '--secret-file', 'x/y'], '', /x\/y .*folder/],
  ['a file that exists', ['acme', '--no-confirm', '--secret-file', 'taken'], '', /taken exists already/],
  [
    'a secret from a file',
    ['acme', '--no-confirm'],
    'totp: !file ../taken',
    /comes from !file \.\.\/taken; .*--secret-file/,
  ],
]
for (const [name, args, totp, expected] of REFUSED)
  test(`user totp refuses ${name} with 2 and changes nothing`, async () => {
    await using dir = await tempDir()
    const text = `${TLS}${USERS}${totp === '' ? '' : `    ${totp}\n`}`
    const file = await writeConfig(dir.path, text)
    await writeFile(join(dir.path, 'taken'), `${TOTP_SECRET}\n`)
    const { code, out, err } = await runCli(['user', 'totp', ...args], { cwd: dir.path })
    assert.equal(code, 2)
    assert.match(err, expected)
    assert.equal(out, '')
    assert.equal(await readFile(file, 'utf8'), text)
    assert.equal(await readFile(join(dir.path, 'taken'), 'utf8'), `${TOTP_SECRET}\n`)
  })

const testOnTerminal = testWith('python3')
const PTY = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))'

/** `user totp acme` on a terminal, where every question is answered from what was shown so far. */
async function enrol(cwd: string, answer: (out: string) => string) {
  const command = [process.execPath, MAIN, 'user', 'totp', 'acme']
  const child = spawn('python3', ['-c', PTY, ...command], { cwd, timeout: 30_000 })
  let out = ''
  let asked = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    if (out.split('it shows now: ').length - 1 === asked) return
    asked++
    child.stdin.write(answer(out))
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, asked }
}

testOnTerminal('user totp asks for a first code, which may be mistyped', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS)
  const secretIn = (out: string) => /^secret {2}(\w+)\r$/m.exec(out)?.[1]
  let tries = 0
  const { code, out, asked } = await enrol(dir.path, seen =>
    tries++ === 0 ? `${wrongCode(secretIn(seen))}\r` : `7\x7f${codeNow(secretIn(seen))}\r`,
  )
  assert.equal(code, 0, out)
  assert.equal(asked, 2)
  assert.equal(await secretOf(file), secretIn(out))
  // dark squares are dark, whatever the colours of the terminal
  assert.match(out, /^\x1b\[97;40m██.*██\x1b\[0m\r$/m)
})

testOnTerminal('user totp changes nothing after three wrong codes, or Ctrl-C', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS)
  const wrong = await enrol(dir.path, () => 'no code\r')
  assert.deepEqual([wrong.code, wrong.asked], [2, 3])
  assert.match(wrong.out, /3 wrong codes; nothing was changed\. Both clocks must be right; here it is \d{4}-/)
  const given = await enrol(dir.path, () => '\x03')
  assert.deepEqual([given.code, given.asked], [2, 1])
  assert.equal(await readFile(file, 'utf8'), TLS + USERS)
})

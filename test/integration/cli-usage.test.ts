import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { createServer, TLSSocket } from 'node:tls'
import { VERSION } from '../../src/cli/version.js'
import { parseProxyHeader } from '../../src/proxy/header.js'
import { createSelfSigned } from '../../src/tls/self-signed.js'
import { TLS, USERS, writeConfig } from '../helpers/config-file.js'
import { MAIN, runCli } from '../helpers/run-cli.js'
import { tempDir } from '../helpers/temp-dir.js'

const CASES: readonly (readonly [args: string[], code: number, expected: RegExp])[] = [
  [['--help'], 0, /init .*[\s\S]*Exit codes: 0 fine, 1 failure at run time, 2 wrong usage/],
  [['--version'], 0, new RegExp(`^${VERSION}\n$`)],
  [[], 2, /Usage: portcullis/],
  [['sreve'], 2, /unknown command 'sreve'\n\(Did you mean serve\?\)/],
  [['check', '--verbose'], 2, /unknown option '--verbose'/],
  [['check', 'none.yaml'], 2, /none\.yaml {2}no such file; .*portcullis init/],
  [['serve', '--port', 'ftp'], 2, /whole number from 0 to 65535/],
  [['user'], 2, /Usage: portcullis user/],
  [['audit', 'tail', '-n', '0'], 2, /whole number from 1/],
]

for (const [args, code, expected] of CASES) {
  test(`portcullis ${args.join(' ')} exits with ${code}`, async () => {
    await using dir = await tempDir()
    const result = await runCli(args, { cwd: dir.path })
    assert.match(result.out + result.err, expected)
    assert.equal(result.code, code)
  })
}

test('the version is that of the package', async () => {
  const file = new URL('../../../package.json', import.meta.url)
  assert.equal(JSON.parse(await readFile(file, 'utf8')).version, VERSION)
})

test('check prints every mistake with its place and exits with 2', async () => {
  await using dir = await tempDir()
  await writeConfig(dir.path, `server: { prot: 1 }\n${TLS}log: { level: loud }\n${USERS}`)
  const { code, err } = await runCli(['check'], { cwd: dir.path })
  assert.equal(code, 2)
  assert.match(err, /^config\/portcullis\.yaml:1:11 {2}server\.prot: unknown key/)
  assert.match(
    err,
    /^config\/portcullis\.yaml:6:15 {2}log\.level: expected debug, info, warn or error, found "loud"$/m,
  )
})

test('$PORTCULLIS_CONFIG names the file', async () => {
  await using dir = await tempDir()
  const file = await writeConfig(dir.path, TLS + USERS)
  const { code, out } = await runCli(['user', 'list'], { cwd: '/', env: { PORTCULLIS_CONFIG: file } })
  assert.equal(code, 0)
  assert.match(out, /^acme +active/m)
})

const HEALTH: readonly (readonly [
  name: string,
  serve: (socket: TLSSocket) => void,
  code: number,
  expected: RegExp,
])[] = [
  ['a greeting', socket => socket.write('220 Ready\r\n'), 0, /^$/],
  ['another reply', socket => socket.write('421 Full\r\n'), 1, /got "421"/],
  ['a closed connection', socket => socket.end(), 1, /closed before a greeting/],
]

for (const [name, serve, code, expected] of HEALTH) {
  test(`healthcheck: ${name}`, async () => {
    await using dir = await tempDir()
    const pair = await createSelfSigned({ hosts: ['localhost'], days: 1 })
    const server = createServer(pair, socket => {
      socket.on('error', () => undefined).resume()
      serve(socket)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const { port } = server.address() as AddressInfo
      await writeConfig(
        dir.path,
        `server: { listen: { port: ${port} } }\npassive: { ports: 1 }\n${TLS}${USERS}`,
      )
      const result = await runCli(['healthcheck'], { cwd: dir.path })
      assert.equal(result.code, code, result.err)
      assert.match(result.err, expected)
    } finally {
      server.close()
    }
  })
}

test('healthcheck: says that it is no client where this machine counts as a load balancer', async () => {
  await using dir = await tempDir()
  const pair = await createSelfSigned({ hosts: ['localhost'], days: 1 })
  const server = createTcpServer(raw => {
    raw.once('data', received => {
      const header = parseProxyHeader(received)
      assert.deepEqual(header, { kind: 'local', bytes: 16 })
      raw.pause()
      raw.unshift(received.subarray(16))
      new TLSSocket(raw, { isServer: true, ...pair })
        .on('error', () => undefined)
        .resume()
        .write('220 x\r\n')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const proxy = 'proxyProtocol: { from: [127.0.0.0/8] }'
    await writeConfig(dir.path, `server: { listen: { port: ${port} }, ${proxy} }\n${TLS}${USERS}`)
    const result = await runCli(['healthcheck'], { cwd: dir.path })
    assert.equal(result.code, 0, result.err)
  } finally {
    server.close()
  }
})

test('healthcheck: nobody listens', async () => {
  await using dir = await tempDir()
  await writeConfig(dir.path, TLS + USERS)
  const { code, err } = await runCli(['healthcheck', '--port', '1'], { cwd: dir.path })
  assert.equal(code, 1)
  assert.match(err, /unhealthy: .*ECONNREFUSED/)
})

test('audit verify and tail name a log that is not there', async () => {
  await using dir = await tempDir()
  await writeConfig(dir.path, TLS + USERS)
  for (const command of ['verify', 'tail']) {
    const { code, err } = await runCli(['audit', command], { cwd: dir.path })
    assert.equal(code, 2)
    assert.ok(err.includes(join(dir.path, 'logs/audit.jsonl')))
  }
})

test('a reader who reads no further is no failure', async () => {
  const child = spawn(process.execPath, [MAIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  assert.deepEqual([said, code], ['', 0])
})

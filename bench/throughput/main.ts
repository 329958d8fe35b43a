// One stream down and up beside bare OpenSSL on the same machine, round by round: `npm run throughput [MIB] [ROUNDS]`.
// Needs the programs curl and openssl. The clients are curl on both sides of a download, and for an upload curl here
// and `openssl s_client` there. Read the ratios: seconds differ from run to run.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { portcullis } from '../baseline/portcullis.js'

const run = promisify(execFile)
const MIB = 1 << 20
const SUITE = 'TLS_AES_128_GCM_SHA256'
const [mib = 1024, rounds = 5] = process.argv.slice(2).map(Number)

await using source = await portcullis.open()
const { target } = source
if (target.home === undefined) throw new Error('the home of the server is not known')
const folder = dirname(dirname(target.home))
const big = join(target.home, 'big')
await writeZeros(big, mib)
const certificate = ['-cert', join(folder, 'server.crt'), '-key', join(folder, 'server.key')]
const ftps = `ftps://${target.host}:${target.port}`
const login = ['--silent', '--show-error', '--insecure', '--user', `${target.user}:${target.password}`]

const figures = {
  'OpenSSL down': [],
  'Portcullis down': [],
  'OpenSSL up': [],
  'Portcullis up': [],
} as Record<string, number[]>
for (let round = 1; round <= rounds; round++) {
  process.stderr.write(`round ${round} of ${rounds}\n`)
  await measure('OpenSSL down', openSslDown)
  await measure('Portcullis down', () => run('curl', [...login, '--output', '/dev/null', `${ftps}/big`]))
  await measure('OpenSSL up', openSslUp)
  await measure('Portcullis up', () => run('curl', [...login, '--upload-file', big, `${ftps}/up`]))
}
for (const way of ['down', 'up']) {
  const [bare, ours] = [median(figures[`OpenSSL ${way}`]), median(figures[`Portcullis ${way}`])]
  const ratio = (ours / bare).toFixed(2)
  process.stdout.write(
    `${way.padEnd(5)} OpenSSL ${bare.toFixed(0)} MB/s  Portcullis ${ours.toFixed(0)} MB/s  ratio ${ratio}\n`,
  )
}

async function measure(name: string, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now()
  const own = (await work()) as number | undefined
  const seconds = typeof own === 'number' ? own : (performance.now() - started) / 1000
  figures[name]?.push((mib * MIB) / 1e6 / seconds)
}

async function openSslDown(): Promise<number> {
  return await withServer(['-WWW'], async port => {
    const args = ['--silent', '--http0.9', '--insecure', '--tls13-ciphers', SUITE, '--output', '/dev/null']
    await run('curl', [...args, `https://127.0.0.1:${port}/big`])
  })
}

/** Zeros hold no line that `s_client` would take for one of its commands. */
async function openSslUp(): Promise<number> {
  return await withServer([], async port => {
    await using input = await open(big)
    const args = [
      's_client',
      '-connect',
      `127.0.0.1:${port}`,
      '-ciphersuites',
      SUITE,
      '-quiet',
      '-no_ign_eof',
    ]
    const client = spawn('openssl', args, { stdio: [input.fd, 'ignore', 'ignore'] })
    await once(client, 'exit')
  })
}

/** Seconds that `use` takes with an `openssl s_server` of its own, its start not counted. */
async function withServer(mode: readonly string[], use: (port: number) => Promise<void>): Promise<number> {
  const port = await freePort()
  const args = ['s_server', '-accept', String(port), ...certificate, ...mode]
  const server = spawn('openssl', args, { cwd: target.home, stdio: ['pipe', 'pipe', 'ignore'] })
  const exited = once(server, 'exit')
  try {
    await listening(server, port)
    const started = performance.now()
    await use(port)
    return (performance.now() - started) / 1000
  } finally {
    server.kill('SIGKILL')
    await exited
  }
}

/** `s_server` says nothing when it listens, so it is asked. What it prints is dropped. */
async function listening(server: ChildProcess, port: number): Promise<void> {
  server.stdout?.resume()
  for (let tries = 0; tries < 200 && server.exitCode === null; tries++) {
    const socket = connect(port, '127.0.0.1')
    const answer = await Promise.race([once(socket, 'connect'), once(socket, 'error')]).catch(() => undefined)
    socket.destroy()
    if (answer?.length === 0) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error('openssl s_server does not listen')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

async function writeZeros(file: string, count: number): Promise<void> {
  await rm(file, { force: true })
  await using handle = await open(file, 'w')
  const block = Buffer.alloc(MIB)
  for (let i = 0; i < count; i++) await handle.write(block)
}

function median(values: readonly number[] | undefined): number {
  const sorted = [...(values ?? [])].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

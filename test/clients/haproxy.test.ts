import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { run, testWith } from '../helpers/client-program.js'
import { dataConnections, newest } from '../helpers/client-story.js'
import { passivePorts } from '../helpers/ports.js'
import { recorded } from '../helpers/recorded.js'
import { digests, writeSamples } from '../helpers/samples.js'
import { PASSWORD, testServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

const testHaproxy = testWith('haproxy')

/** The load balancer listens here, on the very ports of the server, and goes to the server from elsewhere. */
const FRONT = '127.0.0.2'
const BACK = '127.0.0.1'
const FROM = '127.0.0.3'
const CLIENT = '127.0.0.4'

/** A port that is free at this moment, beneath the ephemeral ones. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer()
    const port = Number(passivePorts(1).split('-')[0])
    const free = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false)).listen(port, () => resolve(true))
    })
    if (!free) continue
    server.close()
    return port
  }
}

/** haproxy in TCP mode before a server: every port of the range by itself, and health checks on the control port. */
async function loadBalancer(folder: string, port: number, range: string, send: string) {
  const options = `${send} source ${FROM}`
  const file = join(folder, 'haproxy.cfg')
  const lines = [
    'global',
    '  maxconn 200',
    'defaults',
    '  mode tcp',
    '  timeout connect 10s',
    '  timeout client 60s',
    '  timeout server 60s',
    'listen control',
    `  bind ${FRONT}:${port}`,
    `  server s ${BACK}:${port} ${options} check inter 100ms`,
    'listen passive',
    `  bind ${FRONT}:${range}`,
    // Without a port it takes the one the client came to.
    `  server s ${BACK} ${options}`,
    '',
  ]
  await writeFile(file, lines.join('\n'))
  const child = spawn('haproxy', ['-W', '-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exit = once(child, 'exit')
  const said: string[] = []
  const ready = new Promise<void>((resolve, reject) => {
    createInterface(child.stderr).on('line', line => {
      said.push(line)
      if (line.includes('Loading success')) resolve()
    })
    exit.then(() => reject(new Error(`haproxy ended: ${said.join('\n')}`)), reject)
  })
  ready.catch(() => {})
  await ready
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await exit
    },
  }
}

for (const send of ['send-proxy', 'send-proxy-v2', 'send-proxy-v2 proxy-v2-options crc32c,unique-id'])
  testHaproxy(`curl and lftp through haproxy with ${send}`, async () => {
    await using dir = await tempDir()
    const port = await freePort()
    const range = passivePorts(20)
    await using server = await testServer({
      config: {
        server: {
          listen: { host: BACK, port },
          shutdownGrace: '1s',
          proxyProtocol: { from: [`${FROM}/32`] },
        },
        passive: { ports: range },
      },
      users: [{ allowFrom: [`${CLIENT}/32`] }],
    })
    await using _balancer = await loadBalancer(dir.path, port, range, send)
    const local = join(dir.path, 'local')
    await writeSamples(local, ['large.bin', 'one byte', 'empty'])

    const curl = ['--disable', '--silent', '--show-error', '--max-time', '20', '--interface', CLIENT]
    const login = ['--insecure', '--user', `acme:${PASSWORD}`]
    const url = `ftps://${FRONT}:${port}/large.bin`
    await run('curl', [...curl, ...login, '--upload-file', join(local, 'large.bin'), url])
    // What PASV tells is what the client reached, so curl may follow it.
    const pasv = ['--disable-epsv', '--no-ftp-skip-pasv-ip', '--output', join(dir.path, 'back.bin')]
    await run('curl', [...curl, ...login, ...pasv, url])

    const script = [
      'set cmd:fail-exit yes',
      'set net:max-retries 1',
      'set net:timeout 10',
      'set ssl:verify-certificate no',
      'set ssl:priority NORMAL:-VERS-ALL:+VERS-TLS1.2',
      'set ftp:prefer-epsv no',
      'set ftp:fix-pasv-address no',
      `set net:socket-bind-ipv4 ${CLIENT}`,
      `open -u acme,"${PASSWORD}" ftps://${FRONT}:${port}`,
      'mirror -R --parallel=2 local remote',
      'mirror remote back',
    ]
    const home = { cwd: dir.path, env: { HOME: dir.path } }
    await run('lftp', ['--norc', '-c', script.join('\n')], home)
    assert.deepEqual(await digests(join(dir.path, 'back')), await digests(local))

    const { client, close } = await newest(server, 'file.uploaded')
    assert.equal((client as { address: string }).address, CLIENT)
    assert.equal(close, 'clean')
    assert.deepEqual(
      (await dataConnections(server)).map(({ resumed }) => resumed),
      [true, true],
    )
    const records = await server.audit()
    const proxies = records
      .filter(({ event }) => event === 'connection.accepted' || event === 'data.opened')
      .map(({ proxy }) => proxy)
    assert.deepEqual([...new Set(proxies)], [FROM])
    // Health checks are going on all the time.
    assert.deepEqual(
      records.filter(({ event }) => /refused|rejected|failed/.test(String(event))),
      [],
    )
    await recorded(server, { event: 'session.ended', reason: 'quit' })
  })

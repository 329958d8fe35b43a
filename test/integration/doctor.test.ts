import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeCertificate } from '../helpers/certificate.js'
import { writeConfig } from '../helpers/config-file.js'
import { TOTP_SECRET } from '../helpers/one-time-code.js'
import { patient } from '../helpers/patient.js'
import { passivePorts } from '../helpers/ports.js'
import { runCli } from '../helpers/run-cli.js'
import { PASSWORD } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

const TRIAL = ['--user', 'acme', '--password-stdin']
const FAILURES = ['login.failed', 'tls.failed', 'connection.refused', 'data.rejected'] as const

test('doctor: all is well', async () => {
  await using ill = await patient()
  const { code, out, err } = await ill.examine()
  assert.equal(code, 0, out + err)
  assert.equal(err, '')
  assert.match(out, /^ok +configuration +\S+portcullis\.yaml is valid$/m)
  assert.match(out, /^ok +control socket +the server says that it is well$/m)
  assert.match(out, /^ok +server +answers at 127\.0\.0\.1 port \d+$/m)
  assert.match(out, /^ok +server +TLS: TLSv1\.3 with TLS_AES_128_GCM_SHA256; /m)
  assert.match(out, /^ok +server +greets with 220 and asks for a password$/m)
  assert.match(out, /^ok +certificate +clients of localhost see \S+server\.crt, valid until 2/m)
  assert.match(out, /^ok +certificate +self-signed: .*fingerprint/m)
  assert.match(out, /^ok +passive ports +port \d+ can be listened on/m)
  assert.match(out, /^ok +folders +one folder can be used as granted$/m)
  assert.match(out, /^no problems, \d+ warnings?\n$/m)
  assert.deepEqual(await ill.recorded(...FAILURES), [])
})

test('doctor: names the process that runs the server', { skip: process.platform !== 'linux' }, async () => {
  await using ill = await patient()
  const { out } = await ill.examine()
  assert.match(out, new RegExp(`^ok +account +process ${ill.server.pid} runs the server`, 'm'))
  assert.match(
    out,
    /^ok +limits +the server may have \S+ files open; 20 sessions and 20 transfers take 110$/m,
  )
})

test('doctor: no server runs', async () => {
  await using ill = await patient({}, { start: false })
  const { code, out } = await ill.examine()
  assert.equal(code, 1, out)
  assert.match(out, /^problem +server +nobody listens at 127\.0\.0\.1 port 1: .*portcullis serve/m)
  assert.match(out, /^warning +control socket +no server answers/m)
  assert.match(out, /^warning +certificate +not seen/m)
  assert.match(out, /^1 problem, /m)
})

test('doctor: another certificate than in the files, until a reload', async () => {
  await using ill = await patient()
  const { cert, key } = await makeCertificate()
  await writeFile(join(ill.dir.path, 'server.crt'), cert)
  await writeFile(join(ill.dir.path, 'server.key'), key)
  const before = await ill.examine()
  assert.equal(before.code, 1, before.out)
  assert.match(before.out, /^problem +certificate +.*no file of tls\.certificates holds.*portcullis reload/m)
  await runCli(['reload', '--config', 'portcullis.yaml'], { cwd: ill.dir.path })
  const after = await ill.examine()
  assert.equal(after.code, 0, after.out)
})

test('doctor: a certificate that ends soon', async () => {
  await using ill = await patient({}, { start: false })
  const { cert, key } = await makeCertificate({ days: 10 })
  await writeFile(join(ill.dir.path, 'server.crt'), cert)
  await writeFile(join(ill.dir.path, 'server.key'), key)
  const { out } = await ill.examine()
  assert.match(out, /^warning +configuration +tls\.certificates\[0\]\.cert: \S+ expires in \d days/m)
})

test('doctor: a range that others use', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  try {
    const { port } = other.address() as AddressInfo
    await using ill = await patient({ config: { passive: { ports: port } } })
    const { code, out } = await ill.examine(TRIAL, PASSWORD)
    assert.equal(code, 1, out)
    assert.match(out, new RegExp(`^problem +passive ports +every port of ${port} is in use`, 'm'))
    assert.match(out, /^problem +trial +PASV got "425 .*passive\.ports/m)
  } finally {
    other.close()
  }
})

test('doctor: folders that cannot be used', async () => {
  await using ill = await patient({
    users: [{ grants: { '/': 'read-only', '/inbox': 'drop-box', '/outbox': 'read-only' } }],
  })
  const first = await ill.examine()
  assert.match(
    first.out,
    /^warning +folders +users\[0\]\.grants: \S+outbox of acme does not exist: .*mkdir -p/m,
  )
  assert.doesNotMatch(first.out, /inbox/)
  await rm(ill.server.home, { recursive: true })
  const { code, out } = await ill.examine()
  assert.equal(code, 1, out)
  assert.match(out, /^problem +folders +users\[0\]\.home: \S+acme of acme does not exist: make it/m)
  // Told once, by whoever takes it more seriously.
  assert.doesNotMatch(out, /^warning .*users\[0\]\.home/m)
})

test('doctor: a folder that may not be written', { skip: process.getuid?.() === 0 }, async () => {
  await using ill = await patient()
  await chmod(ill.server.home, 0o500)
  const { code, out } = await ill.examine()
  assert.equal(code, 1, out)
  assert.match(out, /^problem +folders +users\[0\]\.home: .*may not be read and written \(EACCES\): .*chown/m)
})

test('doctor: a configuration no server could start with', async () => {
  await using dir = await tempDir()
  const args = ['doctor', '--config', await writeConfig(dir.path, 'server: { prot: 1 }\n')]
  const mistaken = await runCli(args, { cwd: dir.path })
  assert.equal(mistaken.code, 2)
  assert.match(mistaken.err, /server\.prot: unknown key/)

  await using ill = await patient()
  await chmod(join(ill.dir.path, 'server.key'), 0o644)
  const { code, out } = await ill.examine()
  assert.equal(code, 2, out)
  assert.match(out, /^problem +configuration +tls\.certificates\[0\]\.key: .*chmod 600.*would not start/m)
  assert.match(out, /^ok +server +answers/m)
})

test('doctor: clients that must show a certificate', async () => {
  const pair = { cert: 'server.crt', key: 'server.key' }
  const fingerprint = ['5f0c7a1b3f6f3c0e4a8f9d2b6c1e7a9d0b4f8c2e6a1d5b9f3c7e0a4d8b2f6c1e']
  await using ill = await patient({
    config: { tls: { certificates: [pair], clientCertificates: { mode: 'required' } } },
    users: [{ certificate: { fingerprint } }],
  })
  const { code, out } = await ill.examine()
  assert.equal(code, 0, out)
  assert.match(out, /^warning +server +.*tls\.clientCertificates\.mode: required/m)
  const refused = await ill.examine(TRIAL, PASSWORD)
  assert.match(refused.out, /^problem +trial +not tried, because acme must show a client certificate/m)
  assert.deepEqual(await ill.recorded(...FAILURES), [])
})

test('doctor --user: logs in, and lists by PASV and EPSV', async () => {
  await using ill = await patient()
  await writeFile(join(ill.server.home, 'a.txt'), 'a')
  const { code, out } = await ill.examine(TRIAL, `${PASSWORD}\n`)
  assert.equal(code, 0, out)
  assert.match(out, /^ok +trial +acme logged in from 127\.0\.0\.1$/m)
  for (const verb of ['PASV', 'EPSV'])
    assert.match(
      out,
      new RegExp(`^ok +trial +/ was listed by ${verb} \\(one entry, TLS session resumed\\)$`, 'm'),
    )
  assert.match(
    out,
    /^ok +trial +all this came from inside, past firewall and NAT: .*: curl -v --cacert server\.crt --user acme ftps:/m,
  )
  assert.deepEqual(await ill.recorded(...FAILURES), [])
})

test('doctor --user: one connection and one port are enough', async () => {
  await using ill = await patient({
    config: { server: { maxSessionsPerAddress: 1 }, passive: { ports: passivePorts(1).split('-')[0] } },
  })
  const { code, out } = await ill.examine(TRIAL, PASSWORD)
  assert.equal(code, 0, out)
  assert.match(out, /^ok +certificate +clients of localhost see/m)
  assert.match(out, /^ok +trial +\/ was listed by EPSV/m)
})

test('doctor --user: an address that is not here, and a load balancer', async () => {
  await using ill = await patient({
    config: {
      server: { proxyProtocol: { from: ['127.0.0.0/8'], data: true } },
      passive: { publicAddress: '203.0.113.10' },
    },
  })
  const { out } = await ill.examine(TRIAL, PASSWORD)
  assert.match(
    out,
    /listed by PASV .*resumed\); clients are told 203\.0\.113\.10, of which only a client outside/,
  )
  assert.match(out, /listed by EPSV .*resumed\)$/m)
  assert.match(out, /curl .* ftps:\/\/203\.0\.113\.10:\d+\/$/m)
})

test('doctor --user: a wrong password is one failed login', async () => {
  await using ill = await patient()
  const { code, out } = await ill.examine(TRIAL, 'not the password')
  assert.equal(code, 1, out)
  assert.match(out, /^problem +trial +the login of acme got "530 .*portcullis audit tail/m)
  assert.deepEqual(await ill.recorded(...FAILURES), ['login.failed'])
})

test('doctor --user: who cannot log in from here is not tried', async () => {
  await using ill = await patient({
    users: [{ allowFrom: ['203.0.113.0/24'] }, { name: 'coded', totp: TOTP_SECRET }],
  })
  const { code, out } = await ill.examine(TRIAL, PASSWORD)
  assert.equal(code, 1, out)
  assert.match(out, /^problem +trial +not tried, because acme may not log in from this machine: .*allowFrom/m)
  const wrong: readonly (readonly [args: string[], input: string, expected: RegExp])[] = [
    [['--user', 'coded', '--password-stdin'], PASSWORD, /one-time code: give it directly behind/],
    [['--user', 'nobody', '--password-stdin'], PASSWORD, /has no user "nobody"/],
    [['--user', 'acme'], '', /no terminal to ask.*--password-stdin/],
    [TRIAL, '\n', /not empty/],
    [['--password-stdin'], PASSWORD, /for the password of --user/],
  ]
  for (const [args, input, expected] of wrong) {
    const { code, err } = await ill.examine(args, input)
    assert.equal(code, 2)
    assert.match(err, expected)
  }
  assert.deepEqual(await ill.recorded(...FAILURES), [])
})

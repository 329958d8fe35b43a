import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { type ConnectionOptions, connect, createSecureContext } from 'node:tls'
import { makeCertificate } from '../helpers/certificate.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { type TestServer, testServer } from '../helpers/server.js'

const RSA_ONLY: [name: string, options: ConnectionOptions][] = [
  ['TLS 1.2', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }],
  ['TLS 1.3', { minVersion: 'TLSv1.3', sigalgs: 'rsa_pss_rsae_sha256' }],
]

type Wish = NonNullable<Parameters<typeof makeCertificate>[0]>

/** Writes the certificates beside those of the server and gives what the configuration calls them. */
async function written(server: TestServer, wishes: readonly Wish[]) {
  const folder = dirname(server.ca)
  const made = await Promise.all(wishes.map(makeCertificate))
  const certificates = made.map((_, index) => ({ cert: `${index}.crt`, key: `${index}.key` }))
  for (const [index, { cert, key }] of made.entries()) {
    await writeFile(join(folder, `${index}.crt`), cert)
    await writeFile(join(folder, `${index}.key`), key, { mode: 0o600 })
  }
  return { certificates, serials: made.map(({ certificate }) => certificate.serialNumber.toUpperCase()) }
}

/** The code of the error that ends a handshake; undefined when it does not fail. */
async function failure(port: number, options: ConnectionOptions): Promise<string | undefined> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options })
  try {
    await once(socket, 'data')
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  } finally {
    socket.destroy()
  }
}

test('each name gets its certificate, each client the kind it can use, data connections as their control connection', async () => {
  await using server = await testServer()
  const wishes: Wish[] = [
    { hosts: ['first.example'] },
    { hosts: ['first.example', 'also.example'], kind: 'rsa' },
    { hosts: ['*.wild.example'] },
    { hosts: ['second.example'], kind: 'rsa' },
    { hosts: ['second.example'] },
  ]
  const { certificates, serials } = await written(server, wishes)
  await server.reload({ config: { tls: { certificates } } })
  const cases: [servername: string, ecdsa: number, rsa: number | undefined][] = [
    ['', 0, 1],
    ['first.example', 0, 1],
    ['FIRST.example', 0, 1],
    ['also.example', 1, 1],
    ['unknown.example', 0, 1],
    ['a.wild.example', 2, undefined],
    ['a.b.wild.example', 0, 1],
    ['wild.example', 0, 1],
    ['second.example', 4, 3],
    ['not_a/name', 0, 1],
  ]
  for (const [servername, ecdsa, rsa] of cases) {
    const shown = async (options: ConnectionOptions) => {
      using client = await FtpClient.login(server.port, { servername, ...options })
      assert.equal((await client.upload('STOR f', 'x')).code, 226)
      return serials.indexOf(client.socket.getPeerCertificate().serialNumber)
    }
    assert.equal(await shown({ minVersion: 'TLSv1.3' }), ecdsa, servername)
    assert.equal(await shown({ maxVersion: 'TLSv1.2' }), ecdsa, servername)
    for (const [name, options] of RSA_ONLY)
      if (rsa !== undefined) assert.equal(await shown(options), rsa, `${servername} ${name}`)
      else assert.ok(await failure(server.port, { servername, ...options }), `${servername} ${name}`)
  }
})

test('a data connection that need not resume shows the certificate of its control connection', async () => {
  await using server = await testServer({ users: [{ compat: { dataSession: 'prefer' } }] })
  const { certificates, serials } = await written(server, [
    { hosts: ['a.example'] },
    { hosts: ['b.example'] },
  ])
  await server.reload({ config: { tls: { certificates } }, users: [{ compat: { dataSession: 'prefer' } }] })
  using client = await FtpClient.login(server.port, { servername: 'b.example' })
  const socket = await client.data(await client.passive(), { ticket: null, servername: 'a.example' })
  const secured = once(socket, 'secureConnect')
  assert.equal((await client.command('LIST')).code, 150)
  await secured
  assert.equal(serials.indexOf(socket.getPeerCertificate().serialNumber), 1)
  socket.resume()
  assert.equal((await client.reply()).code, 226)
})

test('a certificate that is about to expire is told of when a reload brings it, and sessions go on', async () => {
  await using server = await testServer()
  using client = await FtpClient.login(server.port)
  const { certificates } = await written(server, [{}, { days: 5, kind: 'rsa' }])
  await server.reload({ config: { tls: { certificates } } })
  const { file } = await recorded(server, {
    event: 'certificate.expiring',
    reason: 'certificate_expires_soon',
    days: 4,
  })
  assert.match(String(file), /1\.crt$/)
  assert.deepEqual(
    server.logged.filter(line => line.startsWith('warn')),
    ['warn: a certificate in use expires soon: renew it and reload'],
  )
  assert.equal((await client.upload('STOR f', 'x')).code, 226)
})

/** Whether this Node can offer the group. */
const knows = (group: string): boolean => {
  try {
    createSecureContext({ ecdhCurve: group })
    return true
  } catch {
    return false
  }
}
const HYBRID = 'X25519MLKEM768'

/** The first of a list is what the client sends a key for; another choice of the server's makes it say hello again. */
const GROUPS: [version: 'TLSv1.2' | 'TLSv1.3', offered: string, agreed: string][] = [
  // under TLS 1.2 the list is for the curve of the certificate too
  ['TLSv1.2', 'X25519:P-256', 'X25519'],
  ['TLSv1.2', 'P-256', 'P-256'],
  ['TLSv1.3', 'X25519', 'X25519'],
  ['TLSv1.3', 'P-521', 'P-521'],
  ['TLSv1.3', 'X448:P-384', 'P-384'],
]
const HYBRIDS = [HYBRID, `${HYBRID}:X25519`, `X25519:${HYBRID}`, `X448:${HYBRID}`]
if (knows(HYBRID)) for (const offered of HYBRIDS) GROUPS.push(['TLSv1.3', offered, HYBRID])

describe('the group of the key exchange', () => {
  for (const [version, ecdhCurve, group] of GROUPS) {
    test(`${ecdhCurve} is ${group}, ${version}; a whole upload is told from a cut one`, async () => {
      await using server = await testServer({ users: [{ compat: { dataSession: 'prefer' } }] })
      const options = { ecdhCurve, minVersion: version, maxVersion: version }
      using client = await FtpClient.login(server.port, options)
      await recorded(server, { event: 'tls.established', version, group })
      for (const ticket of [undefined, null])
        for (const cut of [false, true]) {
          const socket = await client.data(await client.passive(), ticket === null ? { ticket } : {})
          const secured = once(socket, 'secureConnect')
          assert.equal((await client.command('STOR f')).code, 150)
          await secured
          socket.resume()
          if (cut) socket.write('content', () => socket.destroy())
          else socket.end('content')
          assert.equal((await client.reply()).code, cut ? 426 : 226, `ticket ${ticket}, cut ${cut}`)
          socket.destroy()
        }
    })
  }
})

describe('ALPN', () => {
  const cases: [offered: string[] | undefined, agreed: string | false | undefined][] = [
    [undefined, false],
    [['ftp'], 'ftp'],
    [['x-filezilla-ftp', 'ftp'], 'ftp'],
    [['http/1.1'], undefined],
    [['h2', 'http/1.1'], undefined],
    [['ftp-data'], undefined],
    [['FTP'], undefined],
    [['imap', 'smtp', 'pop3'], undefined],
  ]
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
    for (const [offered, agreed] of cases)
      test(`${offered?.join() ?? 'none'} on the control connection, ${version}`, async () => {
        await using server = await testServer()
        const options: ConnectionOptions = {
          minVersion: version,
          maxVersion: version,
          ...(offered ? { ALPNProtocols: offered } : {}),
        }
        if (agreed === undefined) {
          const code = await failure(server.port, options)
          assert.match(String(code), /ERR_SSL_.*NO_APPLICATION_PROTOCOL/)
          await recorded(server, { event: 'tls.failed', reason: 'alpn_mismatch' })
          return
        }
        using client = await FtpClient.login(server.port, options)
        assert.equal(client.socket.alpnProtocol, agreed)
      })

  const data: [offered: string[], agreed: string | undefined][] = [
    [['ftp-data'], 'ftp-data'],
    [['ftp'], 'ftp'],
    [['x-filezilla-ftp', 'ftp-data'], 'ftp-data'],
    [['http/1.1'], undefined],
  ]
  for (const [offered, agreed] of data)
    test(`${offered.join()} on a data connection`, async () => {
      await using server = await testServer()
      using client = await FtpClient.login(server.port)
      const socket = await client.data(await client.passive(), { ALPNProtocols: offered })
      const settled = new Promise(resolve =>
        socket.once(agreed === undefined ? 'close' : 'secureConnect', resolve),
      )
      assert.equal((await client.command('LIST')).code, 150)
      socket.resume()
      await settled
      assert.equal(socket.alpnProtocol || undefined, agreed)
      assert.equal((await client.reply()).code, agreed === undefined ? 522 : 226)
    })
})

describe('what is too old or too weak', () => {
  const cases: [name: string, options: ConnectionOptions][] = [
    ['TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }],
    ['no forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }],
    ['CBC', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES256-SHA384' }],
    ['CCM', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-CCM8:@SECLEVEL=0' }],
    ['no authentication', { maxVersion: 'TLSv1.2', ciphers: 'aNULL:@SECLEVEL=0' }],
    ['finite fields', { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES256-GCM-SHA384' }],
  ]
  for (const [name, options] of cases)
    test(`${name} is refused`, async () => {
      await using server = await testServer()
      assert.match(String(await failure(server.port, options)), /^ERR_SSL|ECONNRESET/)
    })

  test('TLS 1.2 too, where 1.3 is the oldest', async () => {
    await using server = await testServer({ config: { tls: { minVersion: 'TLSv1.3' } } })
    assert.match(String(await failure(server.port, { maxVersion: 'TLSv1.2' })), /^ERR_SSL/)
    using _client = await FtpClient.login(server.port)
  })
})

test('the server’s order of suites counts, but for clients that put ChaCha20 first', async () => {
  await using server = await testServer()
  const cases: [offered: string, agreed: string][] = [
    ['ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
    ['ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  ]
  for (const [ciphers, agreed] of cases) {
    using client = await FtpClient.connect(server.port, { maxVersion: 'TLSv1.2', ciphers })
    assert.equal(client.socket.getCipher().name, agreed)
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { selfSignedClient } from '../helpers/authority.js'
import { asked, only, VERSIONS } from '../helpers/certified-login.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { testServer } from '../helpers/server.js'

for (const version of VERSIONS)
  test(`${version}: a session that had a certificate is not resumed by a new control connection`, async () => {
    const own = await selfSignedClient()
    await using server = await testServer({
      config: asked('optional', null),
      users: [{ certificate: { fingerprint: own.fingerprint, password: 'not-needed' } }],
    })
    using first = await FtpClient.connect(server.port, { ...only(version), ...own })
    await first.command('USER acme')
    assert.equal((await first.command('PASS x')).code, 230)
    assert.ok(first.ticket)
    using second = await FtpClient.connect(server.port, { ...only(version), session: first.ticket })
    assert.equal(second.socket.isSessionReused(), false)
    await second.command('USER acme')
    assert.equal((await second.command('PASS x')).code, 530)
    assert.equal((await server.audit()).at(-1)?.reason, 'certificate_missing')
  })

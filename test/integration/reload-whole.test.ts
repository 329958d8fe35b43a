import assert from 'node:assert/strict'
import { readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { createSelfSigned } from '../../src/tls/self-signed.js'
import { testCertificate } from '../helpers/certificate.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { receiver, SECRET } from '../helpers/receiver.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD, type TestServer, testServer } from '../helpers/server.js'

/** What goes bad after the configuration was checked, and how it is mended. */
const mishaps: {
  what: string
  happens(server: TestServer): Promise<void>
  mended(server: TestServer): Promise<void>
}[] = [
  {
    what: 'a key that does not fit its certificate any more',
    happens: async ({ ca }) =>
      writeFile(join(dirname(ca), 'server.key'), (await createSelfSigned({ hosts: ['x'], days: 1 })).key),
    mended: async ({ ca }) => writeFile(join(dirname(ca), 'server.key'), (await testCertificate()).key),
  },
  {
    what: 'a queue that cannot be opened',
    happens: ({ ca }) => writeFile(join(dirname(ca), 'queue'), ''),
    mended: ({ ca }) => rm(join(dirname(ca), 'queue')),
  },
  {
    what: 'an audit log that cannot be written',
    async happens({ auditFile, portcullis }) {
      await rm(auditFile)
      await symlink('/dev/full', auditFile)
      portcullis.reopenLogs()
    },
    async mended({ auditFile, portcullis }) {
      await rm(auditFile)
      portcullis.reopenLogs()
    },
  },
]

for (const { what, happens, mended } of mishaps)
  test(`${what}: a reload changes nothing, and everything when that is mended`, async () => {
    await using hook = await receiver()
    await using server = await testServer({ config: { passive: { publicAddress: '203.0.113.7' } } })
    using client = await FtpClient.login(server.port)
    const told = async () => (await client.command('PASV')).text.replace(/,\d+,\d+\).*/, '')
    const before = await told()
    const changed = {
      config: {
        passive: { publicAddress: '203.0.113.8' },
        onUpload: { webhook: { url: hook.url, secret: SECRET }, queue: { folder: 'queue' } },
      },
      users: [{}, { name: 'fresh', home: 'acme' }],
    }
    await happens(server)
    await assert.rejects(server.reload(changed))
    await mended(server)
    assert.equal(await told(), before)
    assert.equal((await client.upload('STOR before', 'x')).code, 226)
    const waiting = await readdir(join(dirname(server.ca), 'queue', 'webhook')).catch(() => [])
    assert.deepEqual(
      waiting.filter(name => name.endsWith('.json')),
      [],
    )
    using stranger = await FtpClient.connect(server.port)
    await stranger.command('USER fresh')
    assert.equal((await stranger.command(`PASS ${PASSWORD}`)).code, 530)

    await server.reload(changed)
    assert.equal(await told(), before.replace('113,7', '113,8'))
    using _fresh = await FtpClient.login(server.port, { user: 'fresh' })
    assert.equal((await client.upload('STOR after', 'x')).code, 226)
    await recorded(server, { event: 'hook.delivered', path: '/after' })
    assert.deepEqual(
      hook.received.map(({ notice }) => notice.path),
      ['/after'],
    )
  })

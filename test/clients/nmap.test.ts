import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeCertificate } from '../helpers/certificate.js'
import { run, testWith } from '../helpers/client-program.js'
import { testServer } from '../helpers/server.js'

const testNmap = testWith('nmap')

testNmap('nmap grades every suite A, of the ECDSA and of the RSA certificate', async () => {
  await using server = await testServer()
  const kinds = ['ecdsa', 'rsa'] as const
  for (const kind of kinds) {
    const { cert, key } = await makeCertificate({ kind })
    await writeFile(join(dirname(server.ca), `${kind}.crt`), cert)
    await writeFile(join(dirname(server.ca), `${kind}.key`), key, { mode: 0o600 })
  }
  const certificates = kinds.map(kind => ({ cert: `${kind}.crt`, key: `${kind}.key` }))
  await server.reload({ config: { tls: { certificates } } })
  const scripts = ['--script', 'ssl-enum-ciphers,ssl-cert']
  const out = await run('nmap', ['-Pn', '-sT', '-p', String(server.port), ...scripts, '127.0.0.1'])
  const grades = [...out.matchAll(/^\|\s+(TLS_\S+) .*- (\S+)$/gm)].map(
    ([, suite, grade]) => `${suite} ${grade}`,
  )
  assert.deepEqual(grades.sort(), [
    'TLS_AKE_WITH_AES_128_GCM_SHA256 A',
    'TLS_AKE_WITH_AES_256_GCM_SHA384 A',
    'TLS_AKE_WITH_CHACHA20_POLY1305_SHA256 A',
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 A',
    'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 A',
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 A',
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 A',
    'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 A',
    'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 A',
  ])
  assert.match(out, /least strength: A$/m)
  assert.match(out, /Subject Alternative Name: DNS:localhost/)
  assert.doesNotMatch(out, /warnings:/)
})

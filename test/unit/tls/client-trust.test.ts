import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientTrust, parseCertificates } from '../../../src/tls/client-trust.js'
import { RevocationList } from '../../../src/tls/revocation-list.js'
import { Authority } from '../../helpers/authority.js'

test('between two moments that it names, the answer about a certificate stays the same', async () => {
  const authority = await Authority.create()
  const { cert } = await authority.issue({ from: 1, to: 24 })
  const chain = parseCertificates(Buffer.from(cert))
  const trust = await ClientTrust.create({
    mode: 'optional',
    authorities: parseCertificates(Buffer.from(authority.pem)),
    revocations: RevocationList.parseAll(Buffer.from(await authority.revoke([], { from: -1, to: 12 }))),
    pins: [],
  })
  const story: unknown[] = []
  let time: number | undefined = Date.now()
  while (time !== undefined) {
    const refusal = trust.refusal(chain, new Date(time))
    if (refusal !== story.at(-1) || story.length === 0) story.push(refusal)
    const next = trust.changeAfter(chain, time)
    if (next !== undefined) assert.equal(trust.refusal(chain, new Date(next - 1)), refusal)
    time = next
  }
  assert.deepEqual(story, [
    'certificate_expired',
    undefined,
    'certificate_status_unknown',
    'certificate_expired',
  ])
})

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { judgeShown } from '../../../../src/cli/doctor/certificate.js'
import { judgeKept, judgePast } from '../../../../src/cli/doctor/clock.js'
import { takeReply } from '../../../../src/cli/doctor/dialogue.js'
import { runExamination, type Scene } from '../../../../src/cli/doctor/examination.js'
import { explainConnect } from '../../../../src/cli/doctor/server.js'
import { dataAddress } from '../../../../src/cli/doctor/trial.js'
import { makeCertificate } from '../../../helpers/certificate.js'

const REPLIES: readonly (readonly [text: string, expected: ReturnType<typeof takeReply>])[] = [
  ['220 Ready\r\nmore', [{ code: 220, line: '220 Ready' }, 'more']],
  ['220-Hello\r\n 221 no\r\n220 Ready\r\n', [{ code: 220, line: '220 Ready' }, '']],
  ['220-Hello\r\n', undefined],
  ['220 Ready', undefined],
  ['', undefined],
]

for (const [text, expected] of REPLIES)
  test(`reply ${JSON.stringify(text)}`, () => {
    assert.deepEqual(takeReply(text), expected)
  })

test('addresses of data connections', () => {
  assert.deepEqual(dataAddress('227 Entering Passive Mode (10,0,0,5,195,80).'), {
    address: '10.0.0.5',
    port: 50_000,
  })
  assert.deepEqual(dataAddress('229 Entering Extended Passive Mode (|||50001|)'), {
    address: undefined,
    port: 50_001,
  })
  assert.equal(dataAddress('425 No port'), undefined)
})

const NOW = Date.parse('2026-07-01T12:00:00Z')

test('a clock that the audit log contradicts', () => {
  assert.equal(judgePast(undefined, NOW), undefined)
  assert.equal(judgePast(NOW + 1000, NOW), undefined)
  const found = judgePast(NOW + 60_000, NOW)
  assert.equal(found?.verdict, 'problem')
  assert.match(found.text, /12:00:00.*12:01:00.*NTP/)
})

test('who keeps the clock', () => {
  assert.equal(judgeKept(true, undefined, NOW).verdict, 'ok')
  assert.match(judgeKept(false, 'chronyc tracking', NOW).text, /tells: chronyc tracking$/)
  const unknown = judgeKept(false, undefined, NOW)
  assert.equal(unknown.verdict, 'warning')
  assert.match(unknown.text, /could not be told.*timedatectl/)
})

const certificateOf = async (days: number) =>
  new X509Certificate((await makeCertificate({ hosts: ['ftp.example.com'], days })).cert)

const TRUST: readonly (readonly [distrust: string | undefined, expected: RegExp])[] = [
  [undefined, /^ok clients that know the public authorities trust it$/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /^ok self-signed: .*fingerprint \(SHA-256\) [0-9A-F:]{95}$/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /^ok not of a public authority: .*fingerprint/],
  ['CERT_HAS_EXPIRED', /^problem clients refuse it \(CERT_HAS_EXPIRED\): renew/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /^problem clients refuse it/],
]

for (const [distrust, expected] of TRUST)
  test(`trust: ${distrust}`, async () => {
    const shown = { name: 'ftp.example.com', certificate: await certificateOf(90), distrust }
    const [same, trust] = judgeShown(shown, '/certs/server.crt', Date.now())
    assert.match(same?.text ?? '', /^clients of ftp\.example\.com see \/certs\/server\.crt, valid until /)
    assert.match(`${trust?.verdict} ${trust?.text}`, expected)
  })

test('a certificate that no file holds is told with what is wrong with it', async () => {
  const shown = { name: undefined, certificate: await certificateOf(3), distrust: undefined }
  const [other, ends] = judgeShown(shown, undefined, Date.now())
  assert.equal(other?.verdict, 'problem')
  assert.match(other.text, /^clients see .*no file of tls\.certificates holds.*portcullis reload/)
  assert.match(`${ends?.verdict} ${ends?.text}`, /^warning what they see expires in \d days/)
})

const CONNECTS: readonly (readonly [code: string | undefined, expected: RegExp])[] = [
  ['ECONNREFUSED', /^nobody listens at 127\.0\.0\.1 port 990: .*portcullis serve/],
  ['EPROTO', /speaks no TLS \(EPROTO\): .*ss -ltnp sport = :990/],
  ['ETIMEDOUT', /the server hangs, or another program has the port/],
  ['EHOSTUNREACH', /correct server\.listen\.host/],
  [undefined, /portcullis bans list/],
]

for (const [code, expected] of CONNECTS)
  test(`cannot connect: ${code}`, () => {
    const error = Object.assign(new Error('closed'), code === undefined ? {} : { code })
    assert.match(explainConnect(error, { host: '127.0.0.1', port: 990, asProxy: false }), expected)
  })

test('an examination that fails or hangs is a problem, and no more', async () => {
  const scene = {} as Scene
  const run = async (examine: () => Promise<never>) => {
    const [found] = await runExamination({ name: 'x', examine }, scene, 1)
    return `${found?.verdict} ${found?.text}`
  }
  assert.equal(await run(() => Promise.reject(new Error('why'))), 'problem could not be examined: why')
  assert.match(await run(() => new Promise(() => {})), /^problem not done within 0\.001 s/)
})

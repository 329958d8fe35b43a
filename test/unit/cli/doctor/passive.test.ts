import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeAnnounced } from '../../../../src/cli/doctor/announced.js'
import { judgeEphemeral, judgeSize, rangesOf } from '../../../../src/cli/doctor/passive-range.js'
import { parseConfig } from '../../../../src/config/load.js'
import { TLS, USERS } from '../../../helpers/config-file.js'

const configOf = (text: string) => parseConfig(`${text}\n${TLS}${USERS}`, '/nowhere/portcullis.yaml')
const span = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

const SIZES: readonly (readonly [text: string, verdict: string])[] = [
  ['', 'ok'],
  ['passive: { ports: 50000-50049 }', 'warning'],
  ['passive: { ports: 50000 }', 'warning'],
  ['passive: { ports: 50000 }\nserver: { maxSessions: 20 }', 'ok'],
]

for (const [text, verdict] of SIZES)
  test(`range for its sessions: ${text || 'the defaults'}`, async () => {
    assert.equal(judgeSize(await configOf(text)).verdict, verdict)
  })

test('numbers as ranges', () => {
  assert.equal(rangesOf([50002, 7, 50000, 50001, 50004]), '7,50000-50002,50004')
  assert.equal(rangesOf([]), '')
})

const EPHEMERAL = '32768\t60999\n'
const OUTGOING: readonly (readonly [
  what: string,
  ports: readonly number[],
  reserved: string,
  expected: RegExp | undefined,
])[] = [
  ['below', span(20_000, 20_099), '\n', undefined],
  ['above', span(61_000, 61_099), '\n', undefined],
  ['inside', span(50_000, 50_099), '\n', /^all of them .*ip_local_reserved_ports=50000-50099 /],
  ['reserved', span(50_000, 50_099), '50000-50099\n', undefined],
  ['reserved one by one', [50_000, 50_001], '50000,50001\n', undefined],
  ['reserved in part', span(50_000, 50_099), '8080,50000-50097\n', /^2 of .*=8080,50000-50097,50098-50099 /],
  ['half of them', span(32_760, 32_775), '', /^8 of .*=32768-32775 /],
]

for (const [what, ports, reserved, expected] of OUTGOING)
  test(`ports of outgoing connections: ${what}`, () => {
    const [found] = judgeEphemeral(ports, EPHEMERAL, reserved)
    assert.equal(found?.verdict, expected ? 'warning' : 'ok')
    if (expected) assert.match(found.text, expected)
  })

test('ports of outgoing connections: a system that does not tell', () => {
  assert.deepEqual(judgeEphemeral([50_000], '', ''), [])
})

const ANNOUNCED: readonly (readonly [
  what: string,
  publicAddress: string,
  answer: () => Promise<readonly string[]>,
  expected: RegExp,
])[] = [
  ['nothing is named', 'null', assert.fail, /^ok clients are told the address they reached$/],
  ['an address', '203.0.113.10', assert.fail, /^ok clients are told 203\.0\.113\.10; .*forward 50000-50099 /],
  ['a name', 'ftp.example.com', async () => ['8.8.4.4'], /^ok clients are told that of .*, now 8\.8\.4\.4/],
  [
    'a name within',
    'ftp.example.com',
    async () => ['10.0.0.5'],
    /^warning passive\.publicAddress: .*10\.0\.0\.5/,
  ],
  [
    'a name that is none',
    'ftp.example.com',
    () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })),
    /^problem passive\.publicAddress: ftp\.example\.com does not resolve \(ENOTFOUND\): .*Correct/,
  ],
  ['a name without IPv4', 'ftp.example.com', async () => [], /^problem .* has no IPv4 address/],
]

for (const [what, publicAddress, answer, expected] of ANNOUNCED)
  test(`what PASV tells: ${what}`, async () => {
    const { passive } = await configOf(`passive: { publicAddress: ${publicAddress} }`)
    const [found] = await judgeAnnounced(passive, answer)
    assert.match(`${found?.verdict} ${found?.text}`, expected)
  })

test('what PASV tells clients inside', async () => {
  const overrides = '[{ networks: [10.0.0.0/8, 192.168.0.0/16], address: 10.0.0.5 }]'
  const { passive } = await configOf(`passive: { overrides: ${overrides} }`)
  const [, inside] = await judgeAnnounced(passive, assert.fail)
  assert.equal(inside?.text, 'clients in 10.0.0.0/8, 192.168.0.0/16 are told 10.0.0.5')
})

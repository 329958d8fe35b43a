import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isHostName, normaliseNetwork } from '../../../src/config/network.js'

const CASES: readonly (readonly [text: string, network: string | undefined])[] = [
  ['203.0.113.0/24', '203.0.113.0/24'],
  ['203.0.113.7/24', '203.0.113.0/24'],
  ['203.0.113.7', '203.0.113.7/32'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['2001:DB8::/32', '2001:db8::/32'],
  ['::1', '::1/128'],
  ['10.1/8', undefined],
  ['010.0.0.0/8', undefined],
  ['10.0.0.0/33', undefined],
  ['10.0.0.0/', undefined],
  ['10.0.0.0/8/8', undefined],
  ['::ffff:10.0.0.0/104', undefined],
  ['fe80::1%eth0', undefined],
  ['', undefined],
]

for (const [text, network] of CASES) {
  test(`"${text}" is ${network ?? 'no network'}`, () => {
    const normal = normaliseNetwork(text)
    assert.equal(normal, network)
  })
}

test('no text makes it throw, and what it gives stays as it is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), text => {
      const normal = normaliseNetwork(text)
      if (normal !== undefined) assert.equal(normaliseNetwork(normal), normal)
    }),
  )
})

test('host names', () => {
  for (const name of ['ftp.example.com', 'a', 'xn--mller-kva.example']) assert.ok(isHostName(name), name)
  for (const name of ['-a', 'a..b', '10.0.0', 'a_b', 'a b', '', 'x'.repeat(64)])
    assert.ok(!isHostName(name), name)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressKey } from '../../../src/limits/address-key.js'

const CASES: readonly (readonly [address: string, key: string])[] = [
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
  ['::1', '::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['not an address', 'not an address'],
]

for (const [address, key] of CASES) {
  test(`${address} counts as ${key}`, () => assert.equal(addressKey(address), key))
}

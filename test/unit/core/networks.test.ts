import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Networks } from '../../../src/core/networks.js'

const cases: readonly (readonly [networks: readonly string[], address: string, has: boolean])[] = [
  [[], '192.0.2.1', false],
  [['10.0.0.0/8', '192.0.2.0/24'], '192.0.2.255', true],
  [['10.0.0.0/8', '192.0.2.0/24'], '192.0.3.0', false],
  [['192.0.2.1'], '192.0.2.1', true],
  [['192.0.2.1'], '192.0.2.2', false],
  [['192.0.2.0/24'], '::ffff:192.0.2.1', true],
  [['::ffff:192.0.2.1'], '192.0.2.1', true],
  [['2001:db8::/32'], '2001:db8:ffff::1', true],
  [['2001:db8::1'], '2001:db8:0::1', true],
  [['2001:db8::1'], '2001:db8::2', false],
  [['::/0'], '192.0.2.1', false],
  [['0.0.0.0/0'], '2001:db8::1', false],
  [['0.0.0.0/0', '::/0'], 'nonsense', false],
]

for (const [networks, address, has] of cases)
  test(`${address} is ${has ? '' : 'not '}in [${networks}]`, () => {
    assert.equal(new Networks(networks).has(address), has)
  })

test('what is neither a network nor an address is refused', () => {
  for (const text of ['', 'nonsense', '10.0.0.0/33', '2001:db8::/129', '10.0.0.0/', '/8'])
    assert.throws(() => new Networks([text]), text)
})

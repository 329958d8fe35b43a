import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { endpoint } from '../../../src/core/endpoint.js'
import { Fault } from '../../../src/core/fault.js'
import { Networks } from '../../../src/core/networks.js'
import { AnnouncedAddress } from '../../../src/data/announced-address.js'
import { FakeClock } from '../../helpers/fake-clock.js'

const four = endpoint('198.51.100.9', 40000)
const six = endpoint('2001:db8::9', 40000)
const reached = endpoint('192.0.2.1', 990)
const reachedBySix = endpoint('2001:db8::1', 990)

/** A resolver that answers when the test says so. */
function scene() {
  const clock = new FakeClock()
  const logged: string[] = []
  const say = (level: string) => (_fields: object, message: string) =>
    void logged.push(`${level}: ${message}`)
  const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
  const asked: { name: string; answer(...addresses: string[]): Promise<void>; fail(): Promise<void> }[] = []
  const settled = () => new Promise<void>(resolve => setImmediate(resolve))
  const resolve = (name: string) =>
    new Promise<string[]>((yes, no) => {
      asked.push({
        name,
        answer: async (...addresses) => {
          yes(addresses)
          await settled()
        },
        fail: async () => {
          no(new Error('ENOTFOUND'))
          await settled()
        },
      })
    })
  const announced = new AnnouncedAddress({ log, clock, resolve })
  const nth = (index: number) => {
    const question = asked[index]
    assert.ok(question, `nobody asked ${index + 1} times`)
    return question
  }
  return { announced, asked, clock, logged, nth }
}

const none = { publicAddress: undefined, overrides: [] }
const noIPv4 = (error: unknown) => error instanceof Fault && error.kind === 'no_ipv4'

describe('PASV tells', () => {
  const overrides = [
    { networks: new Networks(['198.51.100.0/24', '2001:db8:1::/48']), address: '10.0.0.5' },
    { networks: new Networks(['2001:db8::/32']), address: '10.0.0.6' },
  ]
  const cases: [
    what: string,
    options: object,
    peer: typeof four,
    to: typeof four,
    told: string | undefined,
  ][] = [
    ['what the client reached', {}, four, reached, '192.0.2.1'],
    ['nothing to a client by IPv6', {}, six, reachedBySix, undefined],
    ['the public address', { publicAddress: '203.0.113.7' }, four, reached, '203.0.113.7'],
    ['it by IPv6 too', { publicAddress: '203.0.113.7' }, six, reachedBySix, '203.0.113.7'],
    ['the address of the network', { publicAddress: '203.0.113.7', overrides }, four, reached, '10.0.0.5'],
    ['that of an IPv6 network', { overrides }, six, reachedBySix, '10.0.0.6'],
    ['the first that fits', { overrides }, endpoint('2001:db8:1::1', 1), reachedBySix, '10.0.0.5'],
    [
      'IPv4 networks nothing of IPv4-mapped ones',
      { overrides },
      endpoint('::ffff:198.51.100.9', 1),
      reached,
      '10.0.0.5',
    ],
  ]
  for (const [what, options, peer, to, told] of cases)
    test(what, async () => {
      const { announced } = scene()
      await announced.replace({ ...none, ...options })
      if (told === undefined) assert.throws(() => announced.forClient(peer, to), noIPv4)
      else assert.equal(announced.forClient(peer, to), told)
    })
})

describe('a host name as public address', () => {
  const named = { ...none, publicAddress: 'ftp.example.com' }

  test('is looked up before it is used, and followed', async () => {
    const { announced, clock, logged, nth } = scene()
    const ready = announced.replace(named)
    await nth(0).answer('203.0.113.7')
    await ready
    assert.equal(announced.forClient(six, reachedBySix), '203.0.113.7')
    clock.skip()
    assert.equal(announced.forClient(four, reached), '203.0.113.7')
    await nth(1).answer('203.0.113.8')
    assert.equal(announced.forClient(four, reached), '203.0.113.8')
    assert.deepEqual(logged, ['info: passive.publicAddress has another address now'])
  })

  test('with several addresses stays with one while it is among them', async () => {
    const { announced, clock, nth } = scene()
    const ready = announced.replace(named)
    await nth(0).answer('203.0.113.7', '203.0.113.8')
    await ready
    clock.skip()
    await nth(1).answer('203.0.113.8', '203.0.113.7')
    assert.equal(announced.forClient(four, reached), '203.0.113.7')
  })

  test('keeps its last address while it does not resolve, with one warning', async () => {
    const { announced, clock, logged, nth } = scene()
    const ready = announced.replace(named)
    await nth(0).answer('203.0.113.7')
    await ready
    for (const index of [1, 2]) {
      clock.skip()
      await nth(index).fail()
      assert.equal(announced.forClient(four, reached), '203.0.113.7')
    }
    clock.skip()
    await nth(3).answer('203.0.113.7')
    assert.deepEqual(logged, [
      'warn: passive.publicAddress does not resolve: its last address stays in use',
      'info: passive.publicAddress resolves again',
    ])
  })

  test('that never resolved refuses PASV until it does, and does not keep the server from starting', async () => {
    const { announced, clock, logged, nth } = scene()
    const ready = announced.replace(named)
    await nth(0).answer()
    await ready
    assert.throws(() => announced.forClient(four, reached), noIPv4)
    assert.deepEqual(logged, ['warn: passive.publicAddress does not resolve: PASV is refused until it does'])
    clock.skip()
    await nth(1).answer('203.0.113.7')
    assert.equal(announced.forClient(four, reached), '203.0.113.7')
  })

  test('is not waited for without end, and asked for once at a time', async () => {
    const { announced, asked, clock, nth } = scene()
    const ready = announced.replace(named)
    clock.advance(60 * 60_000)
    await ready
    assert.equal(asked.length, 1)
    assert.throws(() => announced.forClient(four, reached), noIPv4)
    await nth(0).answer('203.0.113.7')
    assert.equal(announced.forClient(four, reached), '203.0.113.7')
  })

  test('is not asked for any more when it was replaced or the server stopped', async () => {
    const { announced, clock, nth } = scene()
    const ready = announced.replace(named)
    await nth(0).answer('203.0.113.7')
    await ready
    await announced.replace(named)
    assert.equal(clock.pending, 1)
    const next = announced.replace({ ...none, publicAddress: 'other.example.com' })
    await nth(1).answer('203.0.113.8')
    await next
    assert.equal(nth(1).name, 'other.example.com')
    assert.equal(clock.pending, 1)
    announced[Symbol.dispose]()
    assert.equal(clock.pending, 0)
  })
})

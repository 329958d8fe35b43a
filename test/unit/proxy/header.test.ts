import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { crc32c } from '../../../src/proxy/crc32c.js'
import { parseProxyHeader } from '../../../src/proxy/header.js'
import { binaryHeader, ends4, ends6, extension } from '../../helpers/proxy-header.js'

const text = (line: string): Buffer => Buffer.from(line, 'latin1')
const proxied = (source: string, sourcePort: number, destination: string, port: number, bytes: number) => {
  const end = (address: string, number: number) => ({
    address,
    port: number,
    family: address.includes(':') ? 6 : 4,
  })
  return { kind: 'proxied', source: end(source, sourcePort), destination: end(destination, port), bytes }
}
const local = (bytes: number) => ({ kind: 'local', bytes })

const withChecksum = (flaw = 0): Buffer => {
  const header = binaryHeader(0x21, 0x11, Buffer.concat([ends4, extension(3, Buffer.alloc(4))]))
  header.writeUInt32BE((crc32c(header) ^ flaw) >>> 0, header.length - 4)
  return header
}

const TEXTS: [line: string, expected: unknown][] = [
  ['PROXY TCP4 192.0.2.1 198.51.100.7 56324 990\r\n', proxied('192.0.2.1', 56324, '198.51.100.7', 990, 45)],
  ['PROXY TCP4 255.255.255.255 0.0.0.0 65535 0\r\n', proxied('255.255.255.255', 65535, '0.0.0.0', 0, 44)],
  ['PROXY TCP6 2001:DB8:0::1 ::1 1 2\r\n', proxied('2001:db8::1', 1, '::1', 2, 34)],
  ['PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n', proxied('192.0.2.1', 1, '::1', 2, 37)],
  ['PROXY UNKNOWN\r\n', local(15)],
  [`PROXY UNKNOWN ${'f'.repeat(91)}\r\n`, local(107)],
  ['PROXY UNKNOWN \0 anything\r\n', local(26)],
  ['PROXY', 'incomplete'],
  ['', 'incomplete'],
  ['PROXY TCP4 192.0.2.1 198.51.100.7 56324 990', 'incomplete'],
  ['PROXY TCP4 192.0.2.1 198.51.100.7 56324 990\r', 'incomplete'],
  [`PROXY UNKNOWN ${'f'.repeat(92)}\r\n`, 'malformed'],
  ['x'.repeat(107), 'malformed'],
  [`PROXY ${'x'.repeat(101)}`, 'malformed'],
  ['PROXY TCP4 192.0.2.1 198.51.100.7 56324 990\n', 'malformed'],
  ['PROXY TCP4 192.0.2.1\r198.51.100.7 56324 990\r\n', 'malformed'],
  ['PROXY TCP4 192.0.2.01 198.51.100.7 56324 990\r\n', 'malformed'],
  ['PROXY TCP4 192.0.2.256 198.51.100.7 56324 990\r\n', 'malformed'],
  ['PROXY TCP4 0x7f.0.0.1 198.51.100.7 56324 990\r\n', 'malformed'],
  ['PROXY TCP4 192.0.2 198.51.100.7 56324 990\r\n', 'malformed'],
  ['PROXY TCP4 2001:db8::1 ::1 56324 990\r\n', 'malformed'],
  ['PROXY TCP6 192.0.2.1 198.51.100.7 56324 990\r\n', 'malformed'],
  ['PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n', 'malformed'],
  ['PROXY TCP6 1:2:3:4:5:6:7 ::1 1 2\r\n', 'malformed'],
  ['PROXY TCP4 192.0.2.1 198.51.100.7 65536 990\r\n', 'malformed'],
  ['PROXY TCP4 192.0.2.1 198.51.100.7 00 990\r\n', 'malformed'],
  ['PROXY TCP4 192.0.2.1 198.51.100.7 -1 990\r\n', 'malformed'],
  ['PROXY TCP4 192.0.2.1 198.51.100.7 1 990 \r\n', 'malformed'],
  ['PROXY TCP4  192.0.2.1 198.51.100.7 1 990\r\n', 'malformed'],
  ['PROXY TCP4 192.0.2.1 198.51.100.7 1\r\n', 'malformed'],
  ['PROXY UDP4 192.0.2.1 198.51.100.7 1 990\r\n', 'malformed'],
  ['PROXY \r\n', 'malformed'],
  ['proxy TCP4 192.0.2.1 198.51.100.7 1 990\r\n', 'malformed'],
  ['\x16\x03\x01\x02\x00\x01', 'malformed'],
]

const BINARIES: [what: string, header: Buffer, expected: unknown][] = [
  ['TCP over IPv4', binaryHeader(0x21, 0x11, ends4), proxied('192.0.2.1', 56324, '198.51.100.7', 990, 28)],
  ['TCP over IPv6', binaryHeader(0x21, 0x21, ends6), proxied('2001:db8::1', 56324, '::1', 990, 52)],
  ['LOCAL', binaryHeader(0x20, 0), local(16)],
  ['LOCAL with addresses', binaryHeader(0x20, 0x11, ends4), local(28)],
  ['LOCAL with any family and content', binaryHeader(0x20, 0xff, Buffer.from('?')), local(17)],
  ['an unknown family', binaryHeader(0x21, 0, Buffer.from('anything')), local(24)],
  ['a UNIX socket', binaryHeader(0x21, 0x31, Buffer.alloc(216)), local(232)],
  ['UDP', binaryHeader(0x21, 0x12, ends4), local(28)],
  [
    'extensions',
    binaryHeader(
      0x21,
      0x11,
      Buffer.concat([ends4, extension(1, Buffer.from('ftp')), extension(4, Buffer.alloc(600))]),
    ),
    proxied('192.0.2.1', 56324, '198.51.100.7', 990, 28 + 6 + 603),
  ],
  ['a right checksum', withChecksum(), proxied('192.0.2.1', 56324, '198.51.100.7', 990, 35)],
  ['a wrong checksum', withChecksum(1), 'malformed'],
  [
    'a checksum of three bytes',
    binaryHeader(0x21, 0x11, Buffer.concat([ends4, extension(3, Buffer.alloc(3))])),
    'malformed',
  ],
  [
    'an extension beyond the end',
    binaryHeader(0x21, 0x11, Buffer.concat([ends4, Buffer.from([1, 0, 4, 0])])),
    'malformed',
  ],
  ['half an extension', binaryHeader(0x21, 0x11, Buffer.concat([ends4, Buffer.from([1, 0])])), 'malformed'],
  ['IPv4 addresses that are too short', binaryHeader(0x21, 0x11, ends4.subarray(1)), 'malformed'],
  ['IPv6 addresses that are too short', binaryHeader(0x21, 0x21, ends4), 'malformed'],
  ['a path that is too short', binaryHeader(0x21, 0x31, Buffer.alloc(215)), 'malformed'],
  ['a family there is none of', binaryHeader(0x21, 0x41, ends4), 'malformed'],
  ['a transport there is none of', binaryHeader(0x21, 0x13, ends4), 'malformed'],
  ['a command there is none of', binaryHeader(0x22, 0x11, ends4), 'malformed'],
  ['version 1 in binary', binaryHeader(0x11, 0x11, ends4), 'malformed'],
  ['version 3', binaryHeader(0x31, 0x11, ends4), 'malformed'],
  ['4096 bytes', binaryHeader(0x20, 0, Buffer.alloc(4080)), local(4096)],
  ['4097 bytes', binaryHeader(0x20, 0, Buffer.alloc(4081)), 'malformed'],
  ['the signature alone', binaryHeader(0x20, 0).subarray(0, 12), 'incomplete'],
  ['no length', binaryHeader(0x20, 0).subarray(0, 15), 'incomplete'],
  ['all but its last byte', binaryHeader(0x21, 0x11, ends4).subarray(0, -1), 'incomplete'],
]

describe('PROXY version 1', () => {
  for (const [line, expected] of TEXTS)
    test(JSON.stringify(line), () => assert.deepEqual(parseProxyHeader(text(line)), expected))
})

describe('PROXY version 2', () => {
  for (const [what, header, expected] of BINARIES)
    test(what, () => assert.deepEqual(parseProxyHeader(header), expected))
})

test('a header says the same wherever it is cut and whatever follows', () => {
  const whole = [...TEXTS.map(([line]) => text(line)), ...BINARIES.map(([, header]) => header)]
  fc.assert(
    fc.property(fc.constantFrom(...whole), fc.uint8Array({ maxLength: 300 }), (header, behind) => {
      const all = Buffer.concat([header, behind])
      const atEnd = parseProxyHeader(all)
      for (let length = 0; length <= all.length; length++) {
        const parsed = parseProxyHeader(all.subarray(0, length))
        if (parsed !== 'incomplete') assert.deepEqual(parsed, atEnd, `at ${length}`)
        else assert.ok(atEnd === 'incomplete' || atEnd === 'malformed' || length < atEnd.bytes)
      }
    }),
  )
})

test('any client is told by a line', () => {
  const port = fc.integer({ min: 0, max: 65_535 })
  const ends = fc.oneof(
    fc.tuple(fc.constant(4 as const), fc.ipV4(), fc.ipV4(), port, port),
    fc.tuple(fc.constant(6 as const), fc.ipV6(), fc.ipV6(), port, port),
  )
  fc.assert(
    fc.property(ends, ([family, source, destination, from, to]) => {
      const line = text(`PROXY TCP${family} ${source} ${destination} ${from} ${to}\r\n`)
      // Two uncommon spellings together may be longer than a line.
      fc.pre(line.length <= 107)
      const parsed = parseProxyHeader(line)
      assert.ok(typeof parsed === 'object' && parsed.kind === 'proxied')
      assert.deepEqual([parsed.source.port, parsed.destination.port], [from, to])
    }),
  )
})

test('no bytes throw', () => {
  const start = fc.constantFrom('', 'PROXY ', '\r\n\r\n\0\r\nQUIT\n', '\r\n\r\n\0\r\nQUIT\n\x21')
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 5000 }), (begin, bytes) => {
      const parsed = parseProxyHeader(Buffer.concat([text(begin), bytes]))
      if (typeof parsed === 'object') assert.ok(parsed.bytes <= begin.length + bytes.length)
    }),
  )
})

test('CRC32c of the check string', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../../src/core/fault.js'
import { charsetOf } from '../../../src/protocol/charset.js'
import { parseCommandLine } from '../../../src/protocol/command-line.js'

const good: [line: string, verb: string, argument: string][] = [
  ['NOOP', 'NOOP', ''],
  ['noop', 'NOOP', ''],
  ['RETR a b', 'RETR', 'a b'],
  ['RETR  leading', 'RETR', ' leading'],
  ['RETR trailing ', 'RETR', 'trailing '],
  ['DELE a"b.txt', 'DELE', 'a"b.txt'],
  ['STOR naïve–文件.txt', 'STOR', 'naïve–文件.txt'],
  ['XSHA256 f', 'XSHA256', 'f'],
  ['RETR \u{feff}bom', 'RETR', '\u{feff}bom'],
]
for (const [line, verb, argument] of good)
  test(`reads ${JSON.stringify(line)}`, () =>
    assert.deepEqual(parseCommandLine(Buffer.from(line)), { verb, argument }))

test('Telnet in a line', () => {
  const parse = (line: string, charset?: 'windows-1251') =>
    parseCommandLine(Buffer.from(line, 'latin1'), charset && charsetOf(charset))
  assert.deepEqual(parse('NO\xff\xf1OP\xff'), { verb: 'NOOP', argument: '' })
  assert.deepEqual(parse('CWD a\xff\xf1b'), { verb: 'CWD', argument: 'ab' })
  assert.deepEqual(parse('CWD a\xff\xf1b', 'windows-1251'), { verb: 'CWD', argument: 'aясb' })
  assert.deepEqual(parse('CWD a\xff\xff', 'windows-1251'), { verb: 'CWD', argument: 'aя' })
  assert.throws(() => parse('CWD \xff\xff'), isFault('encoding'))
})

const isFault = (kind: string) => (thrown: unknown) => thrown instanceof Fault && thrown.kind === kind

const bad: [line: Buffer, kind: string][] = [
  [Buffer.from(''), 'syntax'],
  [Buffer.from(' NOOP'), 'syntax'],
  [Buffer.from('N\0OP'), 'syntax'],
  [Buffer.from('\x16\x03\x01'), 'syntax'],
  [Buffer.from('ÄÖ x'), 'syntax'],
  [Buffer.from('RETR \xc3\x28', 'latin1'), 'encoding'],
  [Buffer.from('RETR \xed\xa0\x80', 'latin1'), 'encoding'],
  [Buffer.from('RETR \xc0\xaf', 'latin1'), 'encoding'],
  [Buffer.from('RETR a\0b'), 'bad_parameter'],
  [Buffer.from('RETR a\rb'), 'bad_parameter'],
]
for (const [line, kind] of bad)
  test(`refuses ${JSON.stringify(line.toString('latin1'))}`, () =>
    assert.throws(
      () => parseCommandLine(line),
      (error: unknown) => error instanceof Fault && error.kind === kind,
    ))

test('any bytes give a command line or a fault, and never lose a byte of the argument', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
      const line = Buffer.concat([Buffer.from('RETR '), bytes])
      try {
        const argument = Buffer.from(parseCommandLine(line).argument, 'utf8')
        if (!bytes.includes(255)) assert.deepEqual(argument, Buffer.from(bytes))
      } catch (error) {
        assert.ok(error instanceof Fault)
      }
    }),
  )
})

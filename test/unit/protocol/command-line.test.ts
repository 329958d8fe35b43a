import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../../src/core/fault.js'
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
        assert.deepEqual(Buffer.from(parseCommandLine(line).argument, 'utf8'), Buffer.from(bytes))
      } catch (error) {
        assert.ok(error instanceof Fault)
      }
    }),
  )
})

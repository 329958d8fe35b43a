import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineReader } from '../../../src/protocol/line-reader.js'

const read = (reader: LineReader, ...chunks: (string | number[])[]) =>
  chunks.flatMap(chunk =>
    [...reader.push(Buffer.from(chunk as never, 'latin1'))].map(line =>
      line.kind === 'line' ? line.bytes.toString('latin1') : `<${line.kind}>`,
    ),
  )

const cases: [what: string, chunks: string[], lines: string[]][] = [
  ['one line', ['NOOP\r\n'], ['NOOP']],
  ['a bare LF ends a line', ['NOOP\nPWD\n'], ['NOOP', 'PWD']],
  ['several in one chunk', ['A\r\nB\r\nC\r\n'], ['A', 'B', 'C']],
  ['one over many chunks', ['N', 'OO', 'P\r', '\n'], ['NOOP']],
  ['CR and LF apart', ['NOOP\r', '\nPWD\r\n'], ['NOOP', 'PWD']],
  ['an empty line', ['\r\n'], ['']],
  ['a CR inside stays for the parser to refuse', ['RETR a\rb\r\n'], ['RETR a\rb']],
  ['no end, no line', ['NOOP'], []],
  ['exactly the limit', [`${'x'.repeat(20)}\r\n`], ['x'.repeat(20)]],
  ['one over the limit', [`${'x'.repeat(21)}\r\n`, 'NOOP\r\n'], ['<too_long>', 'NOOP']],
  ['over the limit in pieces', ['x'.repeat(15), 'x'.repeat(15), '\r\nNOOP\r\n'], ['<too_long>', 'NOOP']],
  ['Telnet before ABOR', ['\xff\xf4\xff\xf2ABOR\r\n'], ['ABOR']],
  ['Telnet over chunks', ['\xff', '\xf4\xff\xf2AB', 'OR\r\n'], ['ABOR']],
  ['what is in the argument stays', ['CWD \xff\xff\xff\xf4\r\n'], ['CWD \xff\xff\xff\xf4']],
  ['a negotiation has an option', ['\xff\xfd\x01NOOP\r\n'], ['NOOP']],
  ['an IAC alone', ['\xff\r\n'], ['']],
]

for (const [what, chunks, lines] of cases)
  test(what, () => assert.deepEqual(read(new LineReader(20), ...chunks), lines))

test('a line that never ends is told before it can use memory', () => {
  const reader = new LineReader(512)
  const seen: string[] = []
  for (let i = 0; i < 100 && seen.length === 0; i++) seen.push(...read(reader, 'x'.repeat(1000)))
  assert.deepEqual(seen, ['<endless>'])
})

test('lines come out the same however the bytes are cut', () => {
  const text = fc.array(fc.string({ maxLength: 30 }).map(line => line.replace(/[\r\n\xff]/g, '.')))
  fc.assert(
    fc.property(text, fc.array(fc.nat(40)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map(line => `${line}\r\n`).join(''), 'utf8')
      const reader = new LineReader(4096)
      const got: string[] = []
      let at = 0
      for (const cut of [...cuts, bytes.length]) {
        for (const line of reader.push(bytes.subarray(at, at + cut)))
          got.push(line.kind === 'line' ? line.bytes.toString('utf8') : line.kind)
        at = Math.min(at + cut, bytes.length)
      }
      assert.deepEqual(got, lines)
    }),
  )
})

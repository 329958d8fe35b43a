import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { PRESETS, type Right } from '../../../src/core/permission.js'
import type { Entry } from '../../../src/core/ports.js'
import { describeAlgorithms, parseAlgorithm } from '../../../src/protocol/digest-names.js'
import { describeFacts, FACTS, formatFacts, parseFacts } from '../../../src/protocol/facts.js'
import { isWildcard, matchesWildcard, withoutOptions } from '../../../src/protocol/list-argument.js'
import { formatLsLine } from '../../../src/protocol/ls-line.js'
import { leadingQuoted, quoted } from '../../../src/protocol/quoting.js'
import { FAULT_REPLIES, formatReply, REPLIES } from '../../../src/protocol/replies.js'
import { formatTimeVal, parseTimeVal } from '../../../src/protocol/timestamps.js'

describe('replies', () => {
  test('one line', () => assert.equal(formatReply({ name: 'done' }), '200 OK.\r\n'))
  test('its own text', () => assert.equal(formatReply({ name: 'done', text: 'PBSZ=0' }), '200 PBSZ=0\r\n'))
  test('many lines, with those that look like a last line indented', () =>
    assert.equal(
      formatReply({ name: 'folder_status', text: 'Status:', lines: ['a', '212 End.', ' 213 b'] }),
      '212-Status:\r\na\r\n 212 End.\r\n 213 b\r\n212 End.\r\n',
    ))
  test('a text cannot start a reply of its own', () =>
    assert.equal(formatReply({ name: 'pathname', text: '"a\r\n230 Hello"' }), '257 "a??230 Hello"\r\n'))
  test('every fault has a reply of 4xx or 5xx', () => {
    for (const name of Object.values(FAULT_REPLIES)) assert.ok(REPLIES[name][0] >= 400, name)
  })
  test('every code is one of RFC 959, 1123, 2228, 2428 or 4217', () => {
    for (const [code] of Object.values(REPLIES)) assert.ok(code >= 150 && code < 555 && code % 100 <= 57)
  })
})

test('257 doubles quotes', () => assert.equal(quoted('/a"b'), '"/a""b"'))

describe('a path in quotes', () => {
  const cases: [string, string, string][] = [
    ['a.txt', 'a.txt', ''],
    ['a b.txt 1 2', 'a b.txt 1 2', ''],
    ['"a b.txt"', 'a b.txt', ''],
    ['"a b.txt" 0 100', 'a b.txt', '0 100'],
    ['"a"  7 ', 'a', '7'],
    ['"a""b" 1', 'a"b', '1'],
    ['"a "b" c" 1', 'a "b" c', '1'],
    ['"a" 1 x', '"a" 1 x', ''],
    ['"a".txt', '"a".txt', ''],
    ['a "b" 1', 'a "b" 1', ''],
    ['"a"1', '"a"1', ''],
    ['"', '"', ''],
    ['""', '', ''],
    ['', '', ''],
  ]
  for (const [text, path, rest] of cases)
    test(JSON.stringify(text), () => assert.deepEqual(leadingQuoted(text), { path, rest }))
  test('any name as it is quoted in a reply', () => {
    fc.assert(
      fc.property(fc.string(), path => assert.deepEqual(leadingQuoted(quoted(path)), { path, rest: '' })),
    )
  })
})

describe('digest names', () => {
  test('a star follows the selected one', () => {
    assert.equal(describeAlgorithms('SHA-256'), 'SHA-256*;SHA-512;SHA-1;MD5;CRC32')
    assert.equal(describeAlgorithms('CRC32'), 'SHA-256;SHA-512;SHA-1;MD5;CRC32*')
  })
  test('in any case', () => assert.equal(parseAlgorithm('sha-512'), 'SHA-512'))
  for (const name of ['', 'SHA', 'SHA256', 'SHA-256*', 'CRC-37', '__proto__'])
    test(`not ${name}`, () => assert.equal(parseAlgorithm(name), undefined))
})

describe('time-val', () => {
  const good: [string, string][] = [
    ['20240229120000', '2024-02-29T12:00:00.000Z'],
    ['19700101000000', '1970-01-01T00:00:00.000Z'],
    ['20261122193937.123', '2026-11-22T19:39:37.000Z'],
  ]
  for (const [text, iso] of good) test(text, () => assert.equal(parseTimeVal(text).toISOString(), iso))
  const bad = ['20230229120000', '20231301000000', '20230100000000', '20230101240000', '20230101006000']
  for (const text of [...bad, '2023010100000', '202301010000000', '', 'x'.repeat(14), '00500101000000'])
    test(`refuses ${text}`, () => assert.throws(() => parseTimeVal(text)))
  test('there and back', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), date => {
        const text = formatTimeVal(date)
        assert.equal(formatTimeVal(parseTimeVal(text)), text)
      }),
    )
  })
})

const file: Entry = {
  name: 'a.txt',
  type: 'file',
  size: 1234,
  modified: new Date('2026-11-01T10:20:30Z'),
  mode: 0o640,
  unique: 'fd01g2a',
}
const dir: Entry = { ...file, name: 'inbox', type: 'dir', mode: 0o750 }
const all = new Set(FACTS)
const rights = (preset: keyof typeof PRESETS): ReadonlySet<Right> => new Set<Right>(PRESETS[preset])

describe('facts', () => {
  test('a file one may do anything with', () =>
    assert.equal(
      formatFacts(file, all, { rights: rights('read-write'), enter: true }),
      'type=file;size=1234;modify=20261101102030;perm=adfrw;unique=fd01g2a;UNIX.mode=0640;',
    ))
  test('perm tells the truth for this user', () => {
    const only = new Set(['perm'] as const)
    const perm = (entry: Entry, preset: keyof typeof PRESETS) =>
      formatFacts(entry, only, { rights: rights(preset), enter: true })
    assert.equal(perm(file, 'read-only'), 'perm=r;')
    assert.equal(perm(file, 'drop-box'), 'perm=;')
    assert.equal(perm(dir, 'read-only'), 'perm=el;')
    assert.equal(perm(dir, 'drop-box'), 'perm=celm;')
    assert.equal(perm(dir, 'read-write'), 'perm=cdeflmp;')
  })
  test('a folder has no size', () =>
    assert.equal(
      formatFacts(dir, new Set(['type', 'size'] as const), { rights: new Set(), enter: false }),
      'type=dir;',
    ))
  test('OPTS MLST drops what it does not know', () => {
    assert.deepEqual([...parseFacts('Type;SIZE;colour;unix.MODE;')], ['type', 'size', 'UNIX.mode'])
    assert.equal(describeFacts(parseFacts('size;')), 'type;size*;modify;perm;unique;UNIX.mode;')
    assert.equal(parseFacts('').size, 0)
  })
})

describe('ls lines', () => {
  const now = Date.parse('2026-11-22T00:00:00Z')
  const line = (modified: string, entry = file) =>
    formatLsLine({ ...entry, modified: new Date(modified) }, now)
  test('a recent file shows its time', () =>
    assert.equal(line('2026-11-01T10:20:30Z'), '-rw-r----- 1 ftp ftp         1234 Nov  1 10:20 a.txt'))
  test('an old one its year', () =>
    assert.equal(line('2020-02-03T10:20:30Z'), '-rw-r----- 1 ftp ftp         1234 Feb  3  2020 a.txt'))
  test('one ahead of the clock its year', () =>
    assert.match(line('2027-02-03T10:20:30Z'), /Feb {2}3 {2}2027 a\.txt$/))
  test('a folder', () => assert.match(line('2026-11-01T10:20:30Z', dir), /^drwxr-x--- 1 .* inbox$/))
})

describe('the argument of LIST', () => {
  const cases: [string, string][] = [
    ['', ''],
    ['-a', ''],
    ['-al', ''],
    ['-a -l', ''],
    ['-la sub dir', 'sub dir'],
    ['./-a', './-a'],
    [' x', ' x'],
    ['a -l', 'a -l'],
    ['-a.txt', '-a.txt'],
  ]
  for (const [argument, rest] of cases)
    test(JSON.stringify(argument), () => assert.equal(withoutOptions(argument), rest))
})

describe('wildcards', () => {
  const cases: [name: string, pattern: string, matches: boolean][] = [
    ['a.csv', '*.csv', true],
    ['a.csv', '*', true],
    ['a.csv', 'a?csv', true],
    ['a.csv', '*.txt', false],
    ['.hidden', '*', false],
    ['.hidden', '.*', true],
    ['abc', 'a*b*c', true],
    ['ab', 'a*b*c', false],
    ['', '*', true],
    ['a[1].csv', 'a[1].*', true],
  ]
  for (const [name, pattern, matches] of cases)
    test(`${pattern} on ${name}`, () => assert.equal(matchesWildcard(name, pattern), matches))
  test('is a wildcard', () => assert.deepEqual(['a*', 'a?', 'a[b]'].map(isWildcard), [true, true, false]))
  test('agrees with the regular expression it stands for', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }), letters, (name, pattern) => {
        const regex = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
        assert.equal(matchesWildcard(name, pattern), regex.test(name))
      }),
    )
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { CHARSETS } from '../../../src/core/charset.js'
import { charsetOf } from '../../../src/protocol/charset.js'

const ASCII = Buffer.from(Array.from({ length: 128 }, (_, byte) => byte))

describe('every character set', () => {
  for (const name of CHARSETS)
    test(name, () => {
      const charset = charsetOf(name)
      assert.equal(charset.decode(ASCII), ASCII.toString('latin1'), 'ASCII is ASCII')
      assert.deepEqual(charset.encode(ASCII.toString('latin1')), ASCII)
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 12 }), array => {
          const bytes = Buffer.from(array)
          const text = charset.decode(bytes)
          if (text === undefined) return
          assert.deepEqual(charset.encode(text), bytes, 'what could be read is written the same')
          assert.ok(text.isWellFormed())
          for (const cut of ['/', '\n', '\r', '\0'])
            assert.equal(
              bytes.toString('latin1').split(cut).length,
              text.split(cut).length,
              'cutting before decoding cuts at the same places',
            )
        }),
      )
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), text => {
          const bytes = charset.encode(text)
          if (bytes) assert.equal(charset.decode(bytes), text, 'what could be written is read the same')
        }),
      )
    })
})

const SAMPLES: [name: (typeof CHARSETS)[number], text: string, bytes: string][] = [
  ['utf-8', 'für', '66c3bc72'],
  ['latin1', 'für', '66fc72'],
  ['iso-8859-15', '5 €', '3520a4'],
  ['windows-1252', '5 € – ÿ', '3520802096 20ff'],
  ['windows-1251', 'маяк', 'ece0ffea'],
  ['koi8-r', 'Объект', 'efc2dfc5cbd4'],
  ['cp850', 'für', '668172'],
  ['cp866', 'маяк', 'aca0efaa'],
  ['shift_jis', '表示.txt', '955c8ea62e747874'],
  ['euc-jp', '表示', 'c9bdbca8'],
  ['gbk', '文件', 'cec4bcfe'],
  ['gb18030', '文件😀', 'cec4bcfe9439fc36'],
  ['big5', '功能', 'a55caf e0'],
  ['euc-kr', '파일', 'c6c4c0cf'],
]
for (const [name, text, hex] of SAMPLES)
  test(`${text} in ${name}`, () => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    assert.deepEqual(charsetOf(name).encode(text)?.toString('hex'), bytes.toString('hex'))
    assert.equal(charsetOf(name).decode(bytes), text)
  })

const UNREADABLE: [name: (typeof CHARSETS)[number], hex: string][] = [
  ['utf-8', '66fc72'],
  ['utf-8', 'eda080'],
  ['us-ascii', 'fc'],
  ['windows-1252', '81'],
  ['shift_jis', '95'],
  ['shift_jis', 'ed40'], // also written fa5c: two names of one file
  ['gbk', 'ff'],
  ['big5', 'a5'],
]
for (const [name, hex] of UNREADABLE)
  test(`${hex} is nothing in ${name}`, () =>
    assert.equal(charsetOf(name).decode(Buffer.from(hex, 'hex')), undefined))

const UNWRITABLE: [name: (typeof CHARSETS)[number], text: string][] = [
  ['latin1', '5 €'],
  ['latin1', '文件'],
  ['us-ascii', 'ü'],
  ['shift_jis', '¥'], // would be a backslash
  ['koi8-r', 'ü'],
  ['latin1', '?\u{fffd}'],
]
for (const [name, text] of UNWRITABLE)
  test(`${text} cannot be written in ${name}`, () => assert.equal(charsetOf(name).encode(text), undefined))

const ARGUMENTS: [name: (typeof CHARSETS)[number], wire: string, left: string][] = [
  ['utf-8', 'a\xff\xf1b', 'ab'],
  ['utf-8', 'a\xff\xfd\x01b', 'ab'],
  ['utf-8', '\xff\xff', '\xff'],
  ['utf-8', 'a\xff', 'a'],
  ['windows-1251', '\xec\xe0\xff\xea', '\xec\xe0\xff\xea'],
  ['windows-1251', '\xec\xe0\xff\xff\xea', '\xec\xe0\xff\xea'],
  ['windows-1251', '\xff\xff\xff\xff', '\xff\xff'],
  ['windows-1251', '\xff\xfb\xfc', '\xff\xfb\xfc'],
  ['latin1', '\xff', '\xff'],
]
for (const [name, wire, left] of ARGUMENTS)
  test(`Telnet in ${JSON.stringify(wire)} under ${name}`, () =>
    assert.equal(charsetOf(name).unescape(Buffer.from(wire, 'latin1')).toString('latin1'), left))

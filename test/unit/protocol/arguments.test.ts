import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../../src/core/fault.js'
import { formatChange, parseChange } from '../../../src/protocol/changed-facts.js'
import { splitUtime } from '../../../src/protocol/utime.js'

const T = '20200229120000'

const TIMES: [argument: string, time: string | undefined, path?: string][] = [
  [`${T} f`, T, 'f'],
  ['202002291200 f', '202002291200', 'f'],
  [`${T} a b`, T, 'a b'],
  [`${T}  f`, T, ' f'],
  [`f ${T} ${T} ${T} UTC`, T, 'f'],
  [`a b 20190101000000 ${T} 20180101000000 UTC`, T, 'a b'],
  [`f ${T} ${T} ${T} utc`, T, 'f'],
  [`f 202002291200 202002291200 202002291200 UTC`, '202002291200', 'f'],
  [`${T} ${T}`, T, T],
  [`${T} f ${T} ${T} ${T} UTC`, undefined],
  [`f ${T}`, undefined],
  [`f ${T} ${T} UTC`, undefined],
  [T, undefined],
  [`${T} `, undefined],
  ['', undefined],
]
for (const [argument, time, path] of TIMES)
  test(`SITE UTIME ${argument}`, () => {
    if (time === undefined) assert.throws(() => splitUtime(argument), isFault('bad_parameter'))
    else assert.deepEqual(splitUtime(argument), { time, path })
  })

const CHANGES: [word: string, answer: string | undefined, kind?: string][] = [
  [`Modify=${T};`, `Modify=${T};`],
  [`modify=${T}`, `Modify=${T};`],
  [`MODIFY=${T}.123;`, `Modify=${T};`],
  ['UNIX.mode=0640;', 'UNIX.mode=0640;'],
  [`unix.MODE=640;modify=${T};`, `Modify=${T};UNIX.mode=0640;`],
  ['UNIX.mode=0000;', 'UNIX.mode=0000;'],
  [`Create=${T};`, undefined, 'unsupported'],
  [`Modify=${T};UNIX.owner=0;`, undefined, 'unsupported'],
  [`Modify=${T};Modify=${T};`, undefined, 'bad_parameter'],
  ['UNIX.mode=4755;', undefined, 'bad_parameter'],
  ['UNIX.mode=u+x;', undefined, 'bad_parameter'],
  ['UNIX.mode=;', undefined, 'bad_parameter'],
  ['Modify', undefined, 'bad_parameter'],
  ['Modify=20200230120000;', undefined, 'bad_parameter'],
  [';', undefined, 'bad_parameter'],
  ['', undefined, 'bad_parameter'],
]
for (const [word, answer, kind = ''] of CHANGES)
  test(`MFF ${word}`, () => {
    if (answer === undefined) assert.throws(() => parseChange(word), isFault(kind))
    else assert.equal(formatChange(parseChange(word)), answer)
  })

const isFault = (kind: string) => (thrown: unknown) => thrown instanceof Fault && thrown.kind === kind

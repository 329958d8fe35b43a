import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Figures, median, percentile, ratio } from '../../../bench/speed/figures.js'
import { short, table } from '../../../bench/speed/table.js'
import { regressions } from '../../../bench/speed/thresholds.js'

/** Two rounds of two servers; the third server has failed in the first. */
function measured(): Figures {
  const figures = new Figures()
  const add = (server: string, round: number, speed: number, cpu: number) =>
    figures.add(server, round, [
      { line: 'speed', unit: 'MB/s', better: 'more', value: speed },
      { line: 'cpu', unit: 's', better: 'less', value: cpu },
      { line: 'client', unit: '%', better: 'none', value: 50 },
    ])
  add('ours', 1, 100, 2)
  add('theirs', 1, 50, 1)
  add('ours', 2, 300, 2)
  add('theirs', 2, 300, 3)
  add('late', 2, 600, 1)
  return figures
}

const lineOf = (figures: Figures, name: string) => {
  const line = figures.lines.get(name)
  assert.ok(line)
  return line
}

describe('median', () => {
  for (const [values, expected] of [
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
    [[], Number.NaN],
  ] as const)
    test(`of ${values.join(', ') || 'nothing'}`, () => assert.equal(median(values), expected))
})

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  for (const [values, share, expected] of [
    [hundred, 0.5, 50],
    [hundred, 0.99, 99],
    [hundred, 1, 100],
    [[5], 0.99, 5],
    [[], 0.5, Number.NaN],
  ] as const)
    test(`${share} of ${values.length}`, () => assert.equal(percentile(values, share), expected))
})

describe('ratio', () => {
  const figures = measured()
  for (const [line, other, expected] of [
    ['speed', 'theirs', 1.5],
    ['cpu', 'theirs', 1],
    ['speed', 'late', 0.5],
    ['cpu', 'late', 0.5],
    ['client', 'theirs', Number.NaN],
    ['speed', 'nobody', Number.NaN],
  ] as const)
    test(`${line}, ours beside ${other}`, () =>
      assert.equal(ratio(lineOf(figures, line), 'ours', other), expected))
})

test('the table shows medians, and how good ours is beside each', () => {
  assert.equal(
    table(measured(), 'ours', ['ours', 'theirs', 'late']),
    [
      '|        | unit | ours | theirs      | late        |',
      '| ---    | ---  | ---  | ---         | ---         |',
      '| speed  | MB/s | 200  | 175 (1.50)  | 600 (0.50)  |',
      '| cpu    | s    | 2.00 | 2.00 (1.00) | 1.00 (0.50) |',
      '| client | %    | 50.0 | 50.0        | 50.0        |',
    ].join('\n'),
  )
})

test('three digits are shown', () => {
  assert.deepEqual([1234.5, 99.94, 9.994, 0.126, -12.34].map(short), [
    '1235',
    '99.9',
    '9.99',
    '0.13',
    '-12.3',
  ])
})

test('what fell behind, or was not measured, is named', () => {
  const expected = (line: string, atLeast: number) => ({ line, against: 'theirs', atLeast })
  assert.deepEqual(
    regressions(measured(), 'ours', [expected('speed', 1.4), expected('speed', 1.6), expected('gone', 1)]),
    [
      'speed: ours beside theirs is 1.50, at least 1.6 is expected',
      'gone: ours beside theirs was not measured, at least 1 is expected',
    ],
  )
})

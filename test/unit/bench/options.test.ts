import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseOptions, usage } from '../../../bench/speed/options.js'
import { ROWS } from '../../../bench/speed/rows/all.js'
import { SERVERS } from '../../../bench/speed/servers/all.js'
import { CHECKED } from '../../../bench/speed/thresholds.js'

const CHOICES = { servers: ['a', 'b'], rows: ['x', 'y'], checked: { servers: ['b'], rows: ['y'] } }
const DEFAULTS = { only: undefined, rows: undefined, rounds: 3, size: 1024, check: false }

describe('arguments that are understood', () => {
  for (const [args, expected] of [
    [[], {}],
    [['--only', 'b,a', '--rows', 'x'], { only: ['b', 'a'], rows: ['x'] }],
    [['--rounds', '1', '--size', '16'], { rounds: 1, size: 16 }],
    [['--check'], { only: ['b'], rows: ['y'], size: 256, check: true }],
    [['--check', '--rows', 'x', '--size', '64'], { only: ['b'], rows: ['x'], size: 64, check: true }],
  ] as const)
    test(args.join(' ') || 'none', () =>
      assert.deepEqual(parseOptions([...args], CHOICES), { ...DEFAULTS, ...expected }),
    )
})

describe('arguments that are refused', () => {
  for (const [args, message] of [
    [['--only', 'c'], /^--only: c is none of a, b$/],
    [['--rows', 'x,'], /^--rows: {2}is none of x, y$/],
    [['--rounds', '0'], /^--rounds is a number from 1, not 0$/],
    [['--size', '1.5'], /^--size is a number from 1, not 1.5$/],
    [['--fast'], /--fast/],
  ] as const)
    test(args.join(' '), () => assert.throws(() => parseOptions([...args], CHOICES), { message }))
})

test('the usage names what can be chosen, and what --check measures is among it', () => {
  const [servers, rows] = [SERVERS.map(({ id }) => id), ROWS.map(({ name }) => name)]
  const text = usage({ servers, rows, checked: CHECKED })
  for (const name of [...servers, ...rows]) assert.ok(text.includes(name), name)
  for (const name of CHECKED.servers) assert.ok(servers.includes(name), name)
  for (const name of CHECKED.rows) assert.ok(rows.includes(name), name)
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../../src/core/fault.js'
import { Grants, RIGHTS } from '../../../src/core/permission.js'
import {
  childOf,
  componentsOf,
  isAllowedName,
  isWithin,
  nameOf,
  parentOf,
  parsePath,
  RESERVED_PREFIX,
  ROOT,
} from '../../../src/core/virtual-path.js'

const cwd = parsePath('/a/b', ROOT)

describe('paths', () => {
  const cases: [text: string, path: string][] = [
    ['/', '/'],
    ['c', '/a/b/c'],
    ['/c', '/c'],
    ['..', '/a'],
    ['../../../..', '/'],
    ['/../../etc/passwd', '/etc/passwd'],
    ['./-a', '/a/b/-a'],
    ['//x///y//', '/x/y'],
    ['x/./y/../z', '/a/b/x/z'],
    [' lead', '/a/b/ lead'],
    ['trail ', '/a/b/trail '],
    ['a"b', '/a/b/a"b'],
    ['..\\..\\etc', '/a/b/..\\..\\etc'],
    ['...', '/a/b/...'],
    ['%2e%2e/x', '/a/b/%2e%2e/x'],
    ['~', '/a/b/~'],
  ]
  for (const [text, path] of cases) test(JSON.stringify(text), () => assert.equal(parsePath(text, cwd), path))

  const refused = ['a\0b', 'a\rb', 'a\nb', 'x'.repeat(256), 'é'.repeat(128), '\ud800', 'd/'.repeat(129)]
  for (const text of [...refused, `${RESERVED_PREFIX}x`, `sub/${RESERVED_PREFIX}x/y`])
    test(`refuses ${JSON.stringify(text.slice(0, 20))}`, () =>
      assert.throws(
        () => parsePath(text, cwd),
        (e: unknown) => e instanceof Fault && e.kind === 'name_not_allowed',
      ))

  test('whatever is typed stays beneath the root and parses to itself', () => {
    const part = fc.constantFrom('..', '.', '', 'a', '..a', ' ', '\\', '-', 'ü')
    fc.assert(
      fc.property(fc.array(part), fc.boolean(), (parts, absolute) => {
        const path = parsePath((absolute ? '/' : '') + parts.join('/'), cwd)
        assert.equal(parsePath(path, ROOT), path)
        assert.ok(path.startsWith('/'))
        for (const name of componentsOf(path)) assert.ok(isAllowedName(name))
        if (path !== ROOT) assert.equal(childOf(parentOf(path), nameOf(path)), path)
      }),
    )
  })
  test('the root is its own parent', () => assert.equal(parentOf(ROOT), ROOT))
  test('within is by components, not by letters', () => {
    assert.ok(isWithin(parsePath('/in/x', ROOT), parsePath('/in', ROOT)))
    assert.ok(!isWithin(parsePath('/inbox', ROOT), parsePath('/in', ROOT)))
  })
})

describe('grants', () => {
  const grants = new Grants([
    ['/', ['list']],
    ['/inbox', 'drop-box'],
    ['/inbox/closed', []],
    ['/outbox', 'read-only'],
  ])
  const at = (path: string) => [...grants.at(parsePath(path, ROOT))]
  test('the deepest decides alone', () => {
    assert.deepEqual(at('/'), ['list'])
    assert.deepEqual(at('/x'), ['list'])
    assert.deepEqual(at('/inbox/x'), ['list', 'create', 'makeDir'])
    assert.deepEqual(at('/inbox/closed/x'), [])
    assert.deepEqual(at('/inboxes'), ['list'])
  })
  test('with none the answer is no', () => {
    const few = new Grants([['/deep/down', 'read-write']])
    assert.equal(few.at(ROOT).size, 0)
    assert.ok(few.mayEnter(ROOT), 'one may pass through to what is granted')
    assert.ok(few.mayEnter(parsePath('/deep', ROOT)))
    assert.ok(!few.mayEnter(parsePath('/other', ROOT)))
  })
  test('no preset gives chmod, read-write gives all else', () => {
    const all = new Grants([['/', 'read-write']]).at(ROOT)
    assert.deepEqual([...all].sort(), RIGHTS.filter(right => right !== 'chmod').sort())
  })
})

import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { MemoryMarks } from '../../../src/limits/memory-marks.js'
import { MemoryStore } from '../../../src/limits/memory-store.js'
import { tempDir } from '../../helpers/temp-dir.js'

const MINUTE = 60_000

function log() {
  const warned: string[] = []
  return { warned, warn: (_: object, message: string) => void warned.push(message) }
}

test('marks are there again after a restart, those whose time is over are not', async t => {
  await using dir = await tempDir()
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_000_000 })
  const file = join(dir.path, 'limits.json')
  const told = log()
  const before = await MemoryStore.open(file, told)
  await before.marks('ban').set('203.0.113.1', 3, 10 * MINUTE)
  await before.marks('ban').set('203.0.113.2', 1, MINUTE)
  await before.marks('known').set('k', 1, 30 * 24 * 60 * MINUTE)
  await before.marks('known').set('gone', 1, MINUTE)
  await before.marks('known').delete('gone')
  await before[Symbol.asyncDispose]()
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(dir.path), ['limits.json'])

  t.mock.timers.tick(2 * MINUTE)
  const after = await MemoryStore.open(file, told)
  assert.deepEqual(await after.marks('ban').list(), [
    ['203.0.113.1', { until: 1_000_000 + 10 * MINUTE, value: 3 }],
  ])
  assert.equal((await after.marks('known').get('k'))?.value, 1)
  assert.equal(await after.marks('known').get('gone'), undefined)
  assert.deepEqual(told.warned, [])
  await after[Symbol.asyncDispose]()
})

test('a change is written soon, without an end', async t => {
  await using dir = await tempDir()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const file = join(dir.path, 'limits.json')
  const store = await MemoryStore.open(file, log())
  await store.marks('ban').set('203.0.113.1', 1, MINUTE)
  await store.marks('ban').set('203.0.113.2', 1, MINUTE)
  t.mock.timers.tick(1000)
  await store[Symbol.asyncDispose]()
  assert.match(await readFile(file, 'utf8'), /203\.0\.113\.1.*203\.0\.113\.2/)
})

const DAMAGED: Readonly<Record<string, string>> = {
  empty: '',
  'cut off': '{"v":1,"marks":{"ban":[["203.0.113.1",17',
  'another version': '{"v":2,"marks":{}}',
  'something else': '{"v":1,"marks":{"ban":[["203.0.113.1","soon",1]]}}',
  'not text': '\0\xff\0',
}

for (const [what, text] of Object.entries(DAMAGED))
  test(`a state file that is ${what} is told of, left behind, and replaced`, async () => {
    await using dir = await tempDir()
    const file = join(dir.path, 'limits.json')
    await writeFile(file, text)
    const told = log()
    const store = await MemoryStore.open(file, told)
    assert.equal(told.warned.length, 1)
    assert.match(told.warned[0] ?? '', /auth\.state/)
    await store.marks('ban').set('203.0.113.1', 1, MINUTE)
    await store[Symbol.asyncDispose]()
    const again = await MemoryStore.open(file, told)
    assert.equal((await again.marks('ban').get('203.0.113.1'))?.value, 1)
    assert.equal(told.warned.length, 1)
    await again[Symbol.asyncDispose]()
  })

test('a state file that cannot be written is told of once, and stops nothing', async () => {
  await using dir = await tempDir()
  const told = log()
  const file = join(dir.path, 'later', 'limits.json')
  const store = await MemoryStore.open(file, told)
  for (const change of [1, 2]) {
    await store.marks('ban').set('203.0.113.1', change, MINUTE)
    await store[Symbol.asyncDispose]()
  }
  assert.equal(told.warned.length, 1)
  await mkdir(join(dir.path, 'later'))
  await store.marks('ban').set('203.0.113.1', 3, MINUTE)
  await store[Symbol.asyncDispose]()
  assert.match(await readFile(file, 'utf8'), /203\.0\.113\.1/)
})

test('a flood of marks pushes out the one set first', async () => {
  let changes = 0
  const marks = new MemoryMarks(() => void changes++, 2)
  for (const key of ['a', 'b', 'a', 'c']) await marks.set(key, 1, MINUTE)
  assert.deepEqual(
    (await marks.list()).map(([key]) => key),
    ['a', 'c'],
  )
  assert.equal(changes, 4)
})

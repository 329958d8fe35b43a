import assert from 'node:assert/strict'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { newNoticeId } from '../../../src/hooks/notice.js'
import { QueueFolder } from '../../../src/hooks/queue-folder.js'
import { tempDir } from '../../helpers/temp-dir.js'
import { notice } from './support.js'

test('what was added is found again, oldest first, and holds all that was known', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'queue', 'webhook')
  const queue = await QueueFolder.open(path)
  assert.deepEqual(queue.found, [])
  const notices = [3, 1, 2].map(time => notice({ id: newNoticeId(time) }))
  for (const each of notices) await queue.add(each)
  const again = await QueueFolder.open(path)
  const [third, first, second] = notices
  assert.deepEqual(again.found, [first?.id, second?.id, third?.id])
  for (const each of notices) assert.deepEqual(await again.read(each.id), { notice: each, attempts: 0 })
})

test('attempts are kept, and what is removed is gone', async () => {
  await using dir = await tempDir()
  const queue = await QueueFolder.open(dir.path)
  const [one, two] = [notice(), notice()]
  await queue.add(one)
  await queue.add(two)
  await queue.update({ notice: one, attempts: 4 })
  await queue.remove(two.id)
  await queue.remove(two.id)
  const again = await QueueFolder.open(dir.path)
  assert.deepEqual(again.found, [one.id])
  assert.equal((await again.read(one.id)).attempts, 4)
})

test('nobody else on the host can read it', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'queue')
  const queue = await QueueFolder.open(path)
  const one = notice()
  await queue.add(one)
  assert.equal((await stat(path)).mode & 0o777, 0o700)
  assert.equal((await stat(join(path, `${one.id}.json`))).mode & 0o777, 0o600)
})

test('what a crash left half written is no notice, and goes only when the server is alone', async () => {
  await using dir = await tempDir()
  await writeFile(join(dir.path, `${newNoticeId(1)}.tmp`), '{"notice":{"id"')
  await writeFile(join(dir.path, 'README'), 'of the operator')
  const queue = await QueueFolder.open(dir.path)
  assert.deepEqual(queue.found, [])
  assert.equal((await readdir(dir.path)).length, 3)
  // of the server that runs, and not of a crash
  const running = `${newNoticeId(2)}.tmp`
  await writeFile(join(dir.path, running), '')
  await queue.sweep()
  assert.deepEqual((await readdir(dir.path)).sort(), [running, 'README', 'failed'])
})

test('of what was given up the newest are kept', async () => {
  await using dir = await tempDir()
  const ids = [1, 2, 3, 4].map(newNoticeId)
  for (const id of ids) {
    const queue = await QueueFolder.open(dir.path)
    await queue.add(notice({ id }))
    await queue.setAside(id, 2)
  }
  assert.deepEqual(
    await readdir(join(dir.path, 'failed')),
    ids.slice(2).map(id => `${id}.json`),
  )
  assert.deepEqual((await QueueFolder.open(dir.path)).found, [])
})

const JUNK: readonly (readonly [what: string, text: string])[] = [
  ['nothing', ''],
  ['half of one', '{"notice":'],
  ['no object', 'null'],
  ['that of another', JSON.stringify({ notice: notice(), attempts: 0 })],
]

for (const [what, text] of JUNK) {
  test(`a file with ${what} is no notice`, async () => {
    await using dir = await tempDir()
    const id = newNoticeId(1)
    await writeFile(join(dir.path, `${id}.json`), text)
    const queue = await QueueFolder.open(dir.path)
    assert.deepEqual(queue.found, [id])
    await assert.rejects(queue.read(id), SyntaxError)
  })
}

test('a notice that cannot be written leaves nothing behind', async () => {
  await using dir = await tempDir()
  const queue = await QueueFolder.open(dir.path)
  const one = notice()
  await mkdir(join(dir.path, `${one.id}.json`))
  await assert.rejects(queue.add(one), { syscall: 'rename' })
  assert.deepEqual((await readdir(dir.path)).sort(), [`${one.id}.json`, 'failed'])
})

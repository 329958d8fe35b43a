import assert from 'node:assert/strict'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Deliver } from '../../../src/hooks/delivery.js'
import { newNoticeId, type UploadNotice } from '../../../src/hooks/notice.js'
import { tempDir } from '../../helpers/temp-dir.js'
import { fault, POLICY, queueIn, REFUSAL } from './deliveries-support.js'
import { notice } from './support.js'

test('a notice is delivered once, recorded with whom it is about, and gone', async () => {
  await using dir = await tempDir()
  const told: [UploadNotice, number][] = []
  await using queue = await queueIn(dir.path, async (one, attempt) => void told.push([one, attempt]))
  await queue.deliveries.start()
  const one = await queue.accept()
  await queue.audit.seen('hook.delivered')
  await queue.deliveries.stop(1000)
  assert.deepEqual(told, [[one, 1]])
  assert.deepEqual(await queue.waiting(), [])
  assert.deepEqual(queue.audit.events, [
    {
      event: 'hook.delivered',
      outcome: 'success',
      detail: { hook: 'webhook', id: one.id, path: one.path, attempts: 1 },
      subject: { session: one.session, client: one.client, user: one.user },
    },
  ])
})

test('a failure is tried again until it is none, and only the first is recorded', async () => {
  await using dir = await tempDir()
  const attempts: number[] = []
  await using queue = await queueIn(dir.path, async (_one, attempt) => {
    attempts.push(attempt)
    if (attempt < 4) throw REFUSAL
  })
  await queue.deliveries.start()
  await queue.accept()
  await queue.audit.seen('hook.delivered')
  assert.deepEqual(attempts, [1, 2, 3, 4])
  const [failed, delivered] = queue.audit.events
  assert.equal(queue.audit.events.length, 2)
  assert.equal(failed?.reason, 'hook_rejected')
  assert.equal(failed?.detail.error, 'HTTP 500')
  assert.equal(delivered?.detail.attempts, 4)
})

test('what is too old when it fails is given up and set aside', async () => {
  await using dir = await tempDir()
  await using queue = await queueIn(dir.path, async () => {
    throw REFUSAL
  })
  await queue.deliveries.start()
  const one = await queue.accept(notice({ time: new Date(Date.now() - 60_000).toISOString() }))
  await queue.audit.seen('hook.given_up')
  await queue.deliveries.stop(1000)
  assert.deepEqual(
    queue.audit.events.map(({ event, reason }) => [event, reason]),
    [['hook.given_up', 'hook_rejected']],
  )
  assert.deepEqual(await queue.waiting(), [])
  assert.deepEqual(await readdir(join(dir.path, 'failed')), [`${one.id}.json`])
})

test('a mistake of the server is a failure like any other', async () => {
  await using dir = await tempDir()
  await using queue = await queueIn(dir.path, async (_one, attempt) => {
    if (attempt === 1) throw new TypeError('oops')
  })
  await queue.deliveries.start()
  await queue.accept()
  await queue.audit.seen('hook.delivered')
  assert.equal(queue.audit.events[0]?.reason, 'internal')
})

test('the oldest come first, and one that fails lets the others pass', async () => {
  await using dir = await tempDir()
  const ids = [1, 2, 3].map(newNoticeId)
  const started: string[] = []
  await using queue = await queueIn(
    dir.path,
    async ({ id }, attempt) => {
      started.push(id)
      if (id === ids[0] && attempt === 1) throw REFUSAL
    },
    { concurrency: 1, retry: { ...POLICY.retry, delay: 100, maxDelay: 100 } },
  )
  for (const id of ids) await queue.accept(notice({ id }))
  assert.deepEqual(started, [], 'nothing before the start')
  await queue.deliveries.start()
  await queue.audit.seen('hook.delivered', 3)
  assert.deepEqual(started, [...ids, ids[0]])
})

test('so many are tried at a time, and no more', async () => {
  await using dir = await tempDir()
  let running = 0
  let most = 0
  await using queue = await queueIn(
    dir.path,
    async () => {
      most = Math.max(most, ++running)
      await new Promise(resolve => setImmediate(resolve))
      running--
    },
    { concurrency: 3 },
  )
  for (let count = 0; count < 12; count++) await queue.accept()
  await queue.deliveries.start()
  await queue.audit.seen('hook.delivered', 12)
  assert.ok(most > 1 && most <= 3, String(most))
})

test('what waited, with its attempts, is there again after a crash', async () => {
  await using dir = await tempDir()
  const one = notice()
  {
    await using before = await queueIn(
      dir.path,
      async () => {
        throw REFUSAL
      },
      { retry: { delay: 60_000, maxDelay: 60_000, giveUpAfter: 600_000 } },
    )
    await before.deliveries.start()
    await before.accept(one)
    await before.audit.seen('hook.failed')
  }
  const told: [UploadNotice, number][] = []
  await using queue = await queueIn(dir.path, async (each, attempt) => void told.push([each, attempt]))
  await queue.deliveries.start()
  await queue.audit.seen('hook.delivered')
  assert.deepEqual(told, [[one, 2]])
})

test('a full queue has no room, and room that was not used comes back', async () => {
  await using dir = await tempDir()
  await using queue = await queueIn(dir.path, async () => {}, { queue: { max: 2, keepFailed: 0 } })
  await queue.accept()
  const place = queue.deliveries.reserve()
  assert.throws(() => queue.deliveries.reserve(), fault('no_space', 'hook_queue_full'))
  place[Symbol.dispose]()
  place[Symbol.dispose]()
  await queue.accept()
  assert.throws(() => queue.deliveries.reserve(), fault('no_space', 'hook_queue_full'))
  await queue.deliveries.start()
  await queue.audit.seen('hook.delivered', 2)
  await queue.deliveries.stop(1000)
  queue.deliveries.reserve()[Symbol.dispose]()
})

test('a notice that cannot be stored is told to whoever waits for it', async () => {
  await using dir = await tempDir()
  const folder = join(dir.path, 'queue')
  await using queue = await queueIn(folder, async () => {})
  await rm(folder, { recursive: true })
  await assert.rejects(queue.accept(), fault('storage_error', 'hook_queue_failed'))
})

test('a hook that is off keeps its notices until it is on again', async () => {
  await using dir = await tempDir()
  let told = 0
  const deliver: Deliver = async () => void told++
  await using queue = await queueIn(dir.path, deliver)
  queue.deliveries.replace(undefined)
  assert.equal(queue.deliveries.isOn, false)
  await queue.deliveries.start()
  await queue.accept()
  assert.equal((await queue.waiting()).length, 1)
  queue.deliveries.replace({ ...POLICY, deliver })
  await queue.audit.seen('hook.delivered')
  assert.equal(told, 1)
})

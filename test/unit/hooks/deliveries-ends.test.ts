import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Fault } from '../../../src/core/fault.js'
import { Deliveries } from '../../../src/hooks/deliveries.js'
import { newNoticeId } from '../../../src/hooks/notice.js'
import { QueueFolder } from '../../../src/hooks/queue-folder.js'
import { memoryLog } from '../../helpers/audit-log.js'
import { tempDir } from '../../helpers/temp-dir.js'
import { POLICY, queueIn } from './deliveries-support.js'
import { notice } from './support.js'

test('a stop gives what runs its grace, then cuts it short and keeps it', async () => {
  await using dir = await tempDir()
  let begun = () => {}
  const running = new Promise<void>(resolve => {
    begun = resolve
  })
  await using queue = await queueIn(dir.path, (_one, _attempt, signal) => {
    begun()
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  await queue.deliveries.start()
  const one = await queue.accept()
  await running
  await queue.deliveries.stop(5)
  assert.deepEqual(await queue.waiting(), [`${one.id}.json`])
  assert.deepEqual(queue.audit.events, [])
})

test('a file that is no notice is set aside and stops nothing', async () => {
  await using dir = await tempDir()
  const id = newNoticeId(1)
  await writeFile(join(dir.path, `${id}.json`), '{')
  await using queue = await queueIn(dir.path, async () => {})
  await queue.accept()
  await queue.deliveries.start()
  await queue.audit.seen('hook.delivered')
  await queue.deliveries.stop(1000)
  assert.deepEqual(await readdir(join(dir.path, 'failed')), [`${id}.json`])
  assert.ok(queue.log.lines.some(line => line.includes('no notice')))
})

test('an audit log that cannot be written stops nothing', async () => {
  await using dir = await tempDir()
  let told = () => {}
  const delivered = new Promise<void>(resolve => {
    told = resolve
  })
  const log = memoryLog()
  const fail = () => {
    throw new Fault('audit_unavailable')
  }
  const audit = { record: fail, requireWritable: fail }
  const deliveries = new Deliveries('command', await QueueFolder.open(dir.path), {
    audit,
    log,
    random: () => 1,
  })
  deliveries.replace({ ...POLICY, deliver: async () => told() })
  await deliveries.start()
  await deliveries.reserve().accept(notice())
  await delivered
  await deliveries.stop(1000)
  assert.deepEqual(await readdir(dir.path), ['failed'])
  assert.ok(log.lines.some(line => line.includes('could not be written to the audit log')))
})

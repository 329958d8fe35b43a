import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { dropBuffer } from '../../../src/data/young-garbage.js'

const MiB = 1 << 20

test('buffers that were used once do not come together', () => {
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  for (let bytes = 0; bytes < 256 * MiB; bytes += 16_384) {
    const buffer = Buffer.allocUnsafeSlow(16_384)
    dropBuffer(buffer.length)
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  }
  assert.ok(most < 16 * MiB, `${most / MiB} MiB`)
})

test('a thread that looks for the function while another has just found it finds it too', async () => {
  const look = `require('node:worker_threads').parentPort.postMessage(
    typeof require('node:vm').runInNewContext('globalThis.gc'))`
  const [found] = await once(new Worker(look, { eval: true }), 'message')
  assert.equal(found, 'function')
})

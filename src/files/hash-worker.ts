import { createHash, type Hash } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import type { HashAnswer, HashOrder } from './hash-thread.js'

// The body of a thread that hashes uploads while they are written, as many as there are, each in its own order.

const hashes = new Map<number, Hash>()

function update(id: number, chunks: readonly Uint8Array[]): HashAnswer {
  const hash = hashes.get(id) ?? createHash('sha256')
  hashes.set(id, hash)
  for (const chunk of chunks) hash.update(chunk)
  return { id }
}

function end(id: number): HashAnswer {
  const hex = (hashes.get(id) ?? createHash('sha256')).digest('hex')
  hashes.delete(id)
  return { id, hex }
}

parentPort?.on('message', (order: HashOrder) => {
  if (order.kind === 'update') parentPort?.postMessage(update(order.id, order.chunks))
  else if (order.kind === 'end') parentPort?.postMessage(end(order.id))
  else hashes.delete(order.id)
})

import { createHash, type Hash } from 'node:crypto'
import { answerWith } from './asked-thread.js'
import type { HashAnswer, HashOrder } from './hash-thread.js'

// The body of a thread that hashes uploads while they are written, as many as there are, each in its own order.

const hashes = new Map<number, Hash>()

answerWith((order: HashOrder): HashAnswer => {
  const hash = hashes.get(order.id) ?? createHash('sha256')
  if (order.kind === 'update') {
    hashes.set(order.id, hash)
    for (const chunk of order.chunks) hash.update(chunk)
    return undefined
  }
  hashes.delete(order.id)
  return order.kind === 'end' ? hash.digest('hex') : undefined
})

import assert from 'node:assert/strict'
import type { FileHandle } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { EarlySync } from '../../../src/files/early-sync.js'

const MiB = 1 << 20

/** A file whose syncs end when the test says so. */
function slow() {
  const syncs: PromiseWithEnd[] = []
  const handle = { datasync: () => (syncs[syncs.push(ending()) - 1] as PromiseWithEnd).promise }
  return { syncs, handle: handle as unknown as FileHandle }
}

interface PromiseWithEnd {
  readonly promise: Promise<void>
  end(error?: Error): void
}

function ending(): PromiseWithEnd {
  let end: (error?: Error) => void = () => {}
  const promise = new Promise<void>((resolve, reject) => {
    end = error => (error ? reject(error) : resolve())
  })
  return { promise, end }
}

const turn = () => new Promise(resolve => setImmediate(resolve))

describe('syncing an upload on its way', () => {
  it('leaves small files to the end, where there is always one', async () => {
    const { handle, syncs } = slow()
    const sync = new EarlySync()
    sync.advance(handle, 31 * MiB)
    assert.equal(syncs.length, 0)
    const finished = sync.finish(handle)
    await turn()
    assert.equal(syncs.length, 1)
    syncs[0]?.end()
    await finished
  })

  it('is done by one upload at a time', async () => {
    const [a, b] = [slow(), slow()]
    const [first, second] = [new EarlySync(), new EarlySync()]
    first.advance(a.handle, 32 * MiB)
    first.advance(a.handle, 64 * MiB)
    second.advance(b.handle, 32 * MiB)
    assert.deepEqual([a.syncs.length, b.syncs.length], [1, 0])
    a.syncs[0]?.end()
    await turn()
    second.advance(b.handle, 33 * MiB)
    first.advance(a.handle, 65 * MiB)
    assert.deepEqual([a.syncs.length, b.syncs.length], [1, 1])
    b.syncs[0]?.end()
    await turn()
    first.advance(a.handle, 66 * MiB)
    assert.equal(a.syncs.length, 2)
    a.syncs[1]?.end()
    await turn()
  })

  it('fails at the end when one failed on the way, whatever came of later ones', async () => {
    const { handle, syncs } = slow()
    const sync = new EarlySync()
    sync.advance(handle, 32 * MiB)
    syncs[0]?.end(new Error('EIO'))
    await turn()
    sync.advance(handle, 64 * MiB)
    assert.equal(syncs.length, 2)
    syncs[1]?.end()
    await assert.rejects(sync.finish(handle), /EIO/)
  })
})

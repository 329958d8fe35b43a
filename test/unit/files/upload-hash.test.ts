import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { DigestPool } from '../../../src/files/digest-pool.js'
import { HashThread, ThreadHash } from '../../../src/files/hash-thread.js'
import { UploadHash } from '../../../src/files/upload-hash.js'
import { abandon, fault, path, put, scene, shared } from './support.js'

const KiB = 1024

const sha256 = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

const pool = () => new DigestPool({ maxSize: 1, concurrency: 1, queue: 1 })

describe('the hash of an upload', () => {
  const [a, b, c] = [randomBytes(300 * KiB), randomBytes(7), randomBytes(64 * KiB)]

  for (const [name, parts] of [
    ['nothing', []],
    ['what is small', [b, c]],
    ['what is shared', [shared(a), shared(b), shared(c)]],
    ['shared first, then its own', [shared(a), b, c.subarray(100)]],
    ['its own first, then shared', [b, shared(a), c]],
  ] as const)
    it(`is that of all its bytes in order: ${name}`, async () => {
      await using digests = pool()
      using hash = digests.forUpload()
      for (const part of parts) await hash.update([part])
      assert.equal(await hash.end(), sha256(...parts))
    })

  it('starts no thread for what is small', async () => {
    using hash = new UploadHash(() => assert.fail('a thread'))
    await hash.update([b, c])
    assert.equal(await hash.end(), sha256(b, c))
  })

  it('has read the chunks when an update resolves', async () => {
    await using digests = pool()
    using hash = digests.forUpload()
    const buffer = shared(a)
    await hash.update([buffer])
    buffer.fill(0)
    await hash.update([buffer])
    assert.equal(await hash.end(), sha256(a, buffer))
  })

  it('is each upload’s own, however many there are, and one that is given up disturbs none', async () => {
    await using digests = pool()
    const one = async (number: number) => {
      using hash = digests.forUpload()
      const parts = Array.from({ length: 10 }, () => shared(randomBytes(number * KiB)))
      for (const part of parts.slice(0, number % 3 === 0 ? 4 : 10)) await hash.update([part])
      if (number % 3 !== 0) assert.equal(await hash.end(), sha256(...parts))
    }
    await Promise.all(Array.from({ length: 20 }, (_, index) => one(index + 1)))
  })

  it('is forgotten by the thread when it is given up, and only then', async () => {
    const drops: string[] = []
    const begin = (name: string) =>
      new ThreadHash(1, { ask: async () => name, tell: ({ kind }) => void drops.push(`${name}: ${kind}`) })
    {
      using given = begin('given up')
      await given.update([b])
      using ended = begin('ended')
      await ended.end()
    }
    assert.deepEqual(drops, ['given up: drop'])
  })

  it('fails when the thread ends, and every later call does', async () => {
    const thread = new HashThread()
    using hash = thread.begin()
    await hash.update([shared(a)])
    const pending = hash.update([shared(a)])
    await thread[Symbol.asyncDispose]()
    await pending.catch(fault('storage_error'))
    assert.equal(thread.usable, false)
    await assert.rejects(hash.update([shared(a)]), fault('storage_error'))
    await assert.rejects(hash.end(), fault('storage_error'))
  })

  it('is waited for to its end, also when its last answer comes after it was told to stop', async () => {
    for (let round = 0; round < 20; round++) {
      const thread = new HashThread()
      using first = thread.begin()
      using last = thread.begin()
      const answered = first.update([b])
      const pending = last.update([b]).catch(fault('storage_error'))
      await answered
      // the answer to the other question is on its way
      await thread[Symbol.asyncDispose]()
      await pending
    }
  })
})

describe('an upload whose bytes come in shared memory', () => {
  it('has the checksum of all of the file, what was there before included', async () => {
    await using digests = pool()
    await using s = await scene({ digests })
    const [first, second] = [randomBytes(1500 * KiB), randomBytes(200 * KiB)]
    assert.equal((await abandon(s.files, '/file', first)).kept, true)
    const resumed = await put(s.files, '/file', second, { from: first.length })
    assert.equal(resumed.sha256, sha256(first, second))
    const longer = await put(s.files, '/file', 'x', { from: 'end' })
    assert.equal(longer.sha256, sha256(await readFile(join(s.home, 'file'))))
  })

  it('fails when the thread has ended, with the old version in place; the next one gets a new thread', async () => {
    await using digests = pool()
    await using s = await scene({ digests })
    await writeFile(join(s.home, 'file'), 'old')
    const bytes = randomBytes(200 * KiB)
    {
      await using upload = await s.files.prepareUpload(path('/file'), { from: 0 })
      await upload.open()
      await upload.write([shared(bytes)])
      await digests[Symbol.asyncDispose]()
      await assert.rejects(upload.commit(), fault('storage_error'))
    }
    assert.equal(await readFile(join(s.home, 'file'), 'utf8'), 'old')
    await using upload = await s.files.prepareUpload(path('/file'), { from: 0 })
    await upload.open()
    await upload.write([shared(bytes)])
    assert.equal((await upload.commit()).sha256, sha256(bytes))
  })
})

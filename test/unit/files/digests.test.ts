import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, open, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { DigestAlgorithm, DigestRequest } from '../../../src/core/digest.js'
import { Fault } from '../../../src/core/fault.js'
import type { Files } from '../../../src/core/ports.js'
import { DigestPool, type HashingOptions } from '../../../src/files/digest-pool.js'
import { descriptorsBeneath, fault, path, type Scene, scene } from './support.js'

const MiB = 1024 * 1024
/** Takes so long that nobody waits for the end: a hole of this size on the disk needs no room. */
const ENDLESS = 2 ** 40

const NEVER = new AbortController().signal

const digest = (
  files: Files,
  at: string,
  { algorithm = 'SHA-256', from = 0, to }: Partial<DigestRequest> = {},
  signal = NEVER,
) => files.digest(path(at), { algorithm, from, to }, signal)

const pool = (options: Partial<HashingOptions> = {}) =>
  new DigestPool({ maxSize: 2 * ENDLESS, concurrency: 1, queue: 1, ...options })

/** Straight at the pool, so that it is there when this resolves. */
async function begin(digests: DigestPool, file: string, to: number, signal = NEVER) {
  const opened = { handle: await open(file), size: to }
  return { done: digests.digest(opened, { algorithm: 'MD5', from: 0, to }, signal) }
}

async function endless(s: Scene, name: string): Promise<void> {
  await writeFile(join(s.home, name), '')
  await truncate(join(s.home, name), ENDLESS)
}

const bytesOf = (size: number): Buffer => {
  const bytes = Buffer.alloc(size)
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8)) & 0xff
  return bytes
}

describe('digests', () => {
  const HASHES: [DigestAlgorithm, string][] = [
    ['SHA-256', 'sha256'],
    ['SHA-512', 'sha512'],
    ['SHA-1', 'sha1'],
    ['MD5', 'md5'],
  ]

  it('are those of the whole file, whatever its size', async () => {
    await using s = await scene()
    for (const size of [0, 1, MiB - 1, MiB, MiB + 1, 3 * MiB + 7]) {
      const bytes = bytesOf(size)
      await writeFile(join(s.home, 'file'), bytes)
      for (const [algorithm, name] of HASHES) {
        const hex = createHash(name).update(bytes).digest('hex')
        assert.deepEqual(
          await digest(s.files, '/file', { algorithm }),
          { hex, to: size },
          `${algorithm} ${size}`,
        )
      }
    }
  })

  it('CRC32 is that of gzip and PNG, in eight digits', async () => {
    await using s = await scene()
    for (const [text, hex] of [
      ['', '00000000'],
      ['123456789', 'cbf43926'],
      ['awzym', '00000319'],
    ] as const) {
      await writeFile(join(s.home, 'file'), text)
      assert.equal((await digest(s.files, '/file', { algorithm: 'CRC32' })).hex, hex)
    }
  })

  it('of a range', async () => {
    await using s = await scene()
    const bytes = bytesOf(2 * MiB)
    await writeFile(join(s.home, 'file'), bytes)
    for (const [from, to] of [
      [0, 1],
      [1, undefined],
      [MiB - 1, MiB + 1],
      [2 * MiB, undefined],
      [5, 5],
    ] as const) {
      const hex = createHash('sha256').update(bytes.subarray(from, to)).digest('hex')
      assert.deepEqual(await digest(s.files, '/file', { from, to }), { hex, to: to ?? bytes.length })
    }
    await assert.rejects(digest(s.files, '/file', { from: 2 * MiB + 1 }), fault('bad_range'))
    await assert.rejects(digest(s.files, '/file', { to: 2 * MiB + 1 }), fault('bad_range'))
  })

  it('refuse what reading refuses', async () => {
    await using s = await scene({ grants: { '/': ['list'], '/open': ['read'] } })
    await mkdir(join(s.home, 'open'))
    await writeFile(join(s.home, 'secret'), 'x')
    await writeFile(join(s.outside, 'secret'), 'x')
    await symlink(join(s.outside, 'secret'), join(s.home, 'open', 'link'))
    await assert.rejects(digest(s.files, '/secret'), fault('denied'))
    await assert.rejects(digest(s.files, '/open/link'), fault('not_found'))
    await assert.rejects(digest(s.files, '/open/none'), fault('not_found'))
    await assert.rejects(digest(s.files, '/open'), fault('not_a_file'))
  })

  it('of more than the maximum are refused, of a part within it not', async () => {
    await using digests = pool({ maxSize: 10 })
    await using s = await scene({ digests })
    await writeFile(join(s.home, 'file'), '0123456789ab')
    await assert.rejects(digest(s.files, '/file'), fault('too_large'))
    assert.equal((await digest(s.files, '/file', { from: 2 })).to, 12)
    assert.equal(descriptorsBeneath(s.home), 1)
  })

  it('wait for their turn, and when too many wait the next is refused', async () => {
    await using digests = pool()
    await using s = await scene()
    await endless(s, 'endless')
    await writeFile(join(s.home, 'file'), 'x')
    const abort = new AbortController()
    const first = await begin(digests, join(s.home, 'endless'), ENDLESS, abort.signal)
    const second = await begin(digests, join(s.home, 'file'), 1)
    const third = await begin(digests, join(s.home, 'file'), 1)
    await assert.rejects(third.done, fault('overloaded'))
    abort.abort(new Fault('aborted', { reason: 'quit' }))
    await assert.rejects(first.done, (error: unknown) => error instanceof Fault && error.reason === 'quit')
    assert.equal(await second.done, '9dd4e461268c8034f5c8564e155c67a6')
    await (await begin(digests, join(s.home, 'file'), 1)).done
  })

  it('end at once when aborted, waiting or not, and let go of the file', async () => {
    const digests = pool()
    await using s = await scene({ digests })
    await endless(s, 'endless')
    const abort = new AbortController()
    const running = await begin(digests, join(s.home, 'endless'), ENDLESS, abort.signal)
    const waiting = await begin(digests, join(s.home, 'endless'), ENDLESS, abort.signal)
    const ended = Promise.all([running, waiting].map(({ done }) => assert.rejects(done, fault('aborted'))))
    abort.abort(new Fault('aborted'))
    await ended
    const late = await begin(digests, join(s.home, 'endless'), ENDLESS, abort.signal)
    await assert.rejects(late.done, fault('aborted'))
    await digests[Symbol.asyncDispose]()
    assert.equal(descriptorsBeneath(s.home), 1)
  })

  it('end with their pool', async () => {
    const digests = pool({ concurrency: 2 })
    await using s = await scene({ digests })
    await endless(s, 'endless')
    const begun = []
    for (let i = 0; i < 3; i++) begun.push(await begin(digests, join(s.home, 'endless'), ENDLESS))
    const ended = Promise.all(begun.map(({ done }) => assert.rejects(done, fault('aborted'))))
    await digests[Symbol.asyncDispose]()
    assert.equal(descriptorsBeneath(s.home), 1)
    await ended
    await assert.rejects(digest(s.files, '/endless'), fault('aborted'))
  })

  it('of a file that becomes shorter fail', async () => {
    await using digests = pool()
    await using s = await scene()
    await endless(s, 'endless')
    const running = await begin(digests, join(s.home, 'endless'), ENDLESS)
    await truncate(join(s.home, 'endless'), 0)
    await assert.rejects(running.done, fault('file_shrank'))
  })

  it('of what cannot be read fail, and the next one does not', async () => {
    await using digests = pool()
    await using s = await scene()
    await assert.rejects((await begin(digests, s.home, 1)).done, fault('storage_error'))
    await writeFile(join(s.home, 'file'), '')
    const next = await begin(digests, join(s.home, 'file'), 0)
    assert.equal(await next.done, 'd41d8cd98f00b204e9800998ecf8427e')
  })
})

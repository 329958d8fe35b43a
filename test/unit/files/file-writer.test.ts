import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { constants, readFileSync } from 'node:fs'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { isShared } from '../../../src/core/shared-memory.js'
import { openBeneath } from '../../../src/files/beneath.js'
import { DirectCalls } from '../../../src/files/direct-calls.js'
import { errnoOf } from '../../../src/files/errno.js'
import { FileWriter } from '../../../src/files/file-writer.js'
import type { Folder } from '../../../src/files/folder.js'
import { WritingThreads } from '../../../src/files/writing-threads.js'
import { NEEDS_MOUNT, SmallDisk } from '../../helpers/small-disk.js'
import { tempDir } from '../../helpers/temp-dir.js'
import { descriptorsBeneath, get, openBelow, openFiles, path, shared } from './support.js'

const BLOCK = 4096
const writing = new WritingThreads()
after(() => writing[Symbol.asyncDispose]())

interface Kind {
  readonly durability: 'commit' | 'rename'
  readonly takesPastCache: boolean
}

const writerOf = ({ durability, takesPastCache }: Kind): FileWriter =>
  new FileWriter(writing, { takesPastCache: () => takesPastCache } as Folder, { durability })

const PAST_CACHE: Kind = { durability: 'commit', takesPastCache: true }

/** In shared memory, but not where a page begins. */
const askew = (content: Uint8Array): Buffer => shared(Buffer.concat([Buffer.alloc(7), content])).subarray(7)

/** Where only its alignment in its own memory looks right. */
function offPage(content: Uint8Array): Buffer {
  const buffer = Buffer.from(new SharedArrayBuffer(content.length))
  buffer.set(content)
  return buffer
}

/** Files beneath the folder that this process has open to be written past the page cache. */
const openPastCache = (folder: string): number =>
  openBelow(folder).filter(fd => {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? ''
    return (Number.parseInt(flags, 8) & constants.O_DIRECT) !== 0
  }).length

/** A test in a folder that is an ext4 of its own, where one can be made. */
const onExt4 = (name: string, body: (folder: string) => Promise<void>) =>
  it(name, async t => {
    await using dir = await tempDir()
    using disk = SmallDisk.ext4(dir.path, 10)
    if (!disk) return t.skip(NEEDS_MOUNT)
    await body(dir.path)
  })

async function fileIn(folder: string): Promise<{ name: string; handle: FileHandle } & AsyncDisposable> {
  const name = join(folder, 'file')
  const handle = await open(name, 'w')
  return { name, handle, [Symbol.asyncDispose]: () => handle.close() }
}

describe('the way of an upload into its file', () => {
  const length = fc.oneof(
    fc.integer({ min: 0, max: 100_000 }),
    fc.integer({ min: 1, max: 64 }).map(blocks => blocks * BLOCK),
  )
  const chunk = fc
    .tuple(length, fc.constantFrom(shared, askew, offPage, Buffer.from))
    .map(([bytes, memory]) => memory(randomBytes(bytes)))
  const pieces = fc.array(fc.array(chunk, { maxLength: 3 }), { maxLength: 6 })
  const kind = fc.record({
    durability: fc.constantFrom('commit', 'rename'),
    takesPastCache: fc.boolean(),
  })

  it('puts every byte where it belongs, wherever it comes from', async () => {
    await using dir = await tempDir()
    const property = fc.asyncProperty(
      kind,
      pieces,
      fc.constantFrom(0, 1, BLOCK),
      async (of, batches, from) => {
        await using file = await fileIn(dir.path)
        await using writer = writerOf(of)
        let position = from
        for (const chunks of batches) {
          await writer.write(file.handle, chunks, position)
          for (const { length } of chunks) position += length
        }
        await writer.finish(file.handle)
        const whole = Buffer.concat(batches.flat())
        const expected = whole.length === 0 ? whole : Buffer.concat([Buffer.alloc(from), whole])
        assert.ok((await readFile(file.name)).equals(expected))
      },
    )
    await fc.assert(property, { numRuns: 100 })
  })

  const cases: readonly (readonly [
    what: string,
    kind: Kind,
    memory: typeof shared,
    at: number,
    past: number,
  ])[] = [
    ['large pieces', PAST_CACHE, shared, 0, 1],
    ['large pieces further on', PAST_CACHE, shared, 5 * BLOCK, 1],
    ['what no page begins with', PAST_CACHE, askew, 0, 0],
    ['small pieces', PAST_CACHE, Buffer.from, 0, 0],
    ['what goes on in the middle of a block', PAST_CACHE, shared, 5, 0],
    ['anything where the disk is not waited for', { ...PAST_CACHE, durability: 'rename' }, shared, 0, 0],
    ['anything on other file systems', { ...PAST_CACHE, takesPastCache: false }, shared, 0, 0],
  ]
  for (const [what, of, memory, at, past] of cases)
    onExt4(`${what}: ${past ? '' : 'not '}past the page cache`, async folder => {
      await using file = await fileIn(folder)
      await using writer = writerOf(of)
      await writer.write(file.handle, [memory(randomBytes(4 * BLOCK))], at)
      assert.equal(openPastCache(folder), past)
      await writer.finish(file.handle)
      assert.equal(openPastCache(folder), 0)
    })

  onExt4('is that of an upload to a disk that takes it', async folder => {
    const calls = new DirectCalls(() => readFileSync('/proc/self/mountinfo', 'latin1'))
    const files = await openFiles(folder, { opener: home => openBeneath(home, calls) })
    const content = randomBytes((2 << 20) + 5)
    const upload = await files.prepareUpload(path('/file'), { from: 0 })
    await upload.open()
    await upload.write([shared(content.subarray(0, 2 << 20))])
    assert.equal(openPastCache(folder), 1)
    await upload.write([shared(content.subarray(2 << 20))])
    await upload.commit()
    assert.equal(descriptorsBeneath(join(folder, 'file')), 0)
    await upload[Symbol.asyncDispose]()
    assert.ok((await get(files, '/file')).equals(content))
    await files[Symbol.asyncDispose]()
  })

  onExt4('goes on through the page cache when the disk refuses the other way', async folder => {
    await using file = await fileIn(folder)
    await using writer = writerOf(PAST_CACHE)
    const content = randomBytes(12 * BLOCK)
    const part = (memory: typeof shared, from: number) =>
      memory(content.subarray(from * BLOCK, (from + 4) * BLOCK))
    assert.ok(isShared(part(offPage, 0)))
    for (const [index, memory] of [shared, offPage, shared].entries())
      await writer.write(file.handle, [part(memory, index * 4)], index * 4 * BLOCK)
    await writer.finish(file.handle)
    assert.ok((await readFile(file.name)).equals(content))
  })

  onExt4('says at once when the disk is full', async folder => {
    await using file = await fileIn(folder)
    await using writer = writerOf(PAST_CACHE)
    const piece = shared(randomBytes(1 << 20))
    const fill = async () => {
      for (let at = 0; at < 12; at++) await writer.write(file.handle, [piece], at * piece.length)
    }
    await assert.rejects(fill(), error => errnoOf(error) === 'ENOSPC')
  })
})

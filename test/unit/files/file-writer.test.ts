import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { constants, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import fc from 'fast-check'
import { isShared, sharedBuffer } from '../../../src/core/shared-memory.js'
import { openBeneath } from '../../../src/files/beneath.js'
import { DirectCalls } from '../../../src/files/direct-calls.js'
import { errnoOf } from '../../../src/files/errno.js'
import { FileWriter } from '../../../src/files/file-writer.js'
import type { Folder } from '../../../src/files/folder.js'
import { WritingThreads } from '../../../src/files/writing-threads.js'
import { NEEDS_MOUNT, SmallDisk } from '../../helpers/small-disk.js'
import { type TempDir, tempDir } from '../../helpers/temp-dir.js'
import { descriptorsBeneath, get, openFiles, path } from './support.js'

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

/** Content in memory that a disk can read by itself. */
function pages(content: Uint8Array): Buffer {
  const buffer = sharedBuffer(content.length)
  buffer.set(content)
  return buffer
}

/** In shared memory, but not where a page begins. */
function askew(content: Uint8Array): Buffer {
  const buffer = sharedBuffer(content.length + 7).subarray(7)
  buffer.set(content)
  return buffer
}

/** Where only its alignment in its own memory looks right. */
function offPage(content: Uint8Array): Buffer {
  const buffer = Buffer.from(new SharedArrayBuffer(content.length))
  buffer.set(content)
  return buffer
}

/** Files beneath the folder that this process has open to be written past the page cache. */
const openPastCache = (folder: string): number =>
  readdirSync('/proc/self/fd').filter(fd => {
    try {
      if (!readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)) return false
      const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? ''
      return (Number.parseInt(flags, 8) & constants.O_DIRECT) !== 0
    } catch {
      return false // the one that listed the folder
    }
  }).length

async function fileIn({ path }: TempDir): Promise<{ name: string; handle: FileHandle } & AsyncDisposable> {
  const name = join(path, 'file')
  const handle = await open(name, 'w')
  return { name, handle, [Symbol.asyncDispose]: () => handle.close() }
}

describe('the way of an upload into its file', () => {
  const length = fc.oneof(
    fc.integer({ min: 0, max: 100_000 }),
    fc.integer({ min: 1, max: 64 }).map(blocks => blocks * BLOCK),
  )
  const chunk = fc
    .tuple(length, fc.constantFrom(pages, askew, offPage, Buffer.from))
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
        await using file = await fileIn(dir)
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
    memory: typeof pages,
    at: number,
    past: number,
  ])[] = [
    ['large pieces', PAST_CACHE, pages, 0, 1],
    ['large pieces further on', PAST_CACHE, pages, 5 * BLOCK, 1],
    ['what no page begins with', PAST_CACHE, askew, 0, 0],
    ['small pieces', PAST_CACHE, Buffer.from, 0, 0],
    ['what goes on in the middle of a block', PAST_CACHE, pages, 5, 0],
    ['anything where the disk is not waited for', { ...PAST_CACHE, durability: 'rename' }, pages, 0, 0],
    ['anything on other file systems', { ...PAST_CACHE, takesPastCache: false }, pages, 0, 0],
  ]
  for (const [what, of, memory, at, past] of cases)
    it(`${what}: ${past ? '' : 'not '}past the page cache`, async t => {
      await using dir = await tempDir()
      using disk = SmallDisk.ext4(dir.path, 10)
      if (!disk) return t.skip(NEEDS_MOUNT)
      await using file = await fileIn(dir)
      await using writer = writerOf(of)
      await writer.write(file.handle, [memory(randomBytes(4 * BLOCK))], at)
      assert.equal(openPastCache(dir.path), past)
      await writer.finish(file.handle)
      assert.equal(openPastCache(dir.path), 0)
    })

  it('is that of an upload to a disk that takes it', async t => {
    await using dir = await tempDir()
    using disk = SmallDisk.ext4(dir.path, 10)
    if (!disk) return t.skip(NEEDS_MOUNT)
    const calls = new DirectCalls(() => readFileSync('/proc/self/mountinfo', 'latin1'))
    const files = await openFiles(dir.path, { opener: home => openBeneath(home, calls) })
    const content = randomBytes((2 << 20) + 5)
    const upload = await files.prepareUpload(path('/file'), { from: 0 })
    await upload.open()
    await upload.write([pages(content.subarray(0, 2 << 20))])
    assert.equal(openPastCache(dir.path), 1)
    await upload.write([pages(content.subarray(2 << 20))])
    await upload.commit()
    assert.equal(descriptorsBeneath(join(dir.path, 'file')), 0)
    await upload[Symbol.asyncDispose]()
    assert.ok((await get(files, '/file')).equals(content))
    await files[Symbol.asyncDispose]()
  })

  it('goes on through the page cache when the disk refuses the other way', async t => {
    await using dir = await tempDir()
    using disk = SmallDisk.ext4(dir.path, 10)
    if (!disk) return t.skip(NEEDS_MOUNT)
    await using file = await fileIn(dir)
    await using writer = writerOf(PAST_CACHE)
    const content = randomBytes(12 * BLOCK)
    const part = (memory: typeof pages, from: number) =>
      memory(content.subarray(from * BLOCK, (from + 4) * BLOCK))
    assert.ok(isShared(part(offPage, 0)))
    for (const [index, memory] of [pages, offPage, pages].entries())
      await writer.write(file.handle, [part(memory, index * 4)], index * 4 * BLOCK)
    await writer.finish(file.handle)
    assert.ok((await readFile(file.name)).equals(content))
  })

  it('says at once when the disk is full', async t => {
    await using dir = await tempDir()
    using disk = SmallDisk.ext4(dir.path, 10)
    if (!disk) return t.skip(NEEDS_MOUNT)
    await using file = await fileIn(dir)
    await using writer = writerOf(PAST_CACHE)
    const piece = pages(randomBytes(1 << 20))
    const fill = async () => {
      for (let at = 0; at < 12; at++) await writer.write(file.handle, [piece], at * piece.length)
    }
    await assert.rejects(fill(), error => errnoOf(error) === 'ENOSPC')
  })
})

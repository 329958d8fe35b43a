import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../../src/core/fault.js'
import { errnoOf } from '../../../src/files/errno.js'
import { writePiece } from '../../../src/files/write-piece.js'
import { leastBusy, WritingThreads } from '../../../src/files/writing-threads.js'
import { tempDir } from '../../helpers/temp-dir.js'
import { scene, shared } from './support.js'
import { wholeFile } from './whole-file.js'

describe('a thread that writes files', () => {
  it('that ends leaves its uploads unacknowledged; the next one gets another', async () => {
    await using s = await scene()
    const writing = new WritingThreads()
    const file = wholeFile(s.home)
    const pending = writing.place(file).then(
      placed => assert.equal(placed.kind, 'placed'),
      error => assert.ok(error instanceof Fault && error.kind === 'storage_error'),
    )
    await writing[Symbol.asyncDispose]()
    await pending
    assert.equal((await writing.place({ ...file, name: join(s.home, 'other') })).kind, 'placed')
    await writing[Symbol.asyncDispose]()
  })

  it('is one of a few, however many are asked', async () => {
    await using s = await scene()
    await using writing = new WritingThreads()
    const one = (number: number) =>
      writing.place({
        ...wholeFile(s.home),
        partial: join(s.home, `.${number}`),
        name: join(s.home, `${number}`),
      })
    const placed = await Promise.all(Array.from({ length: 50 }, (_, number) => one(number)))
    assert.ok(placed.every(({ kind }) => kind === 'placed'))
    assert.equal((await readdir(s.home)).length, 50)
  })

  const choices: readonly (readonly [open: readonly number[], most: number, chosen: number | undefined])[] = [
    [[], 4, undefined],
    [[2], 4, 0],
    [[3], 4, undefined],
    [[3, 1, 0], 4, 2],
    [[3, 3, 3], 4, undefined],
    [[9, 9, 9], 3, 0],
    [[9, 8, 9, 0], 3, 1],
    [[9, 8, 9, 0], 4, 3],
    [[9, 8, 9, 5], 4, 3],
  ]
  for (const [open, most, chosen] of choices)
    it(`is ${chosen ?? 'another one'} where they have [${open}] to do and may be ${most}`, () => {
      const threads = open.map(count => ({ open: count }))
      assert.equal(leastBusy(threads, most), chosen === undefined ? undefined : threads[chosen])
    })

  it('writes what is in shared memory, and then has read it', async () => {
    await using dir = await tempDir()
    await using writing = new WritingThreads()
    const handle = await open(join(dir.path, 'file'), 'w')
    const chunk = shared(Buffer.from('first'))
    await writing.write({ fd: handle.fd, chunks: [chunk], position: 0 })
    chunk.fill('x')
    await writing.write({ fd: handle.fd, chunks: [chunk], position: 5 })
    await handle.close()
    assert.equal(await readFile(join(dir.path, 'file'), 'utf8'), 'firstxxxxx')
  })

  it('says what the disk said, and goes on', async () => {
    await using dir = await tempDir()
    await using writing = new WritingThreads()
    const chunks = [shared(Buffer.from('x'))]
    const name = join(dir.path, 'file')
    const handle = await open(name, 'w')
    const reader = await open(name, 'r')
    await assert.rejects(
      writing.write({ fd: reader.fd, chunks, position: 0 }),
      error => errnoOf(error) === 'EBADF',
    )
    await reader.close()
    await writing.write({ fd: handle.fd, chunks, position: 0 })
    await handle.close()
    assert.equal(await readFile(join(dir.path, 'file'), 'utf8'), 'x')
  })
})

describe('writing a piece', () => {
  const chunk = fc.integer({ min: 0, max: 300 << 10 }).map(length => randomBytes(length))

  it('puts every byte where it belongs, in however many calls', async () => {
    await using dir = await tempDir()
    const name = join(dir.path, 'file')
    const property = fc.asyncProperty(
      fc.array(chunk, { maxLength: 4 }),
      fc.integer({ min: 0, max: 200 << 10 }),
      async (chunks, position) => {
        const handle = await open(name, 'w')
        assert.deepEqual(writePiece({ fd: handle.fd, chunks, position }), { kind: 'written' })
        await handle.close()
        const whole = Buffer.concat(chunks)
        const expected = whole.length === 0 ? whole : Buffer.concat([Buffer.alloc(position), whole])
        assert.ok((await readFile(name)).equals(expected))
      },
    )
    await fc.assert(property, { numRuns: 50 })
  })
})

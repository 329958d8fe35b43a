import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { appendFile, mkdir, open, rename, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { BATCH } from '../../../src/files/scan.js'
import { descriptorsBeneath, fault, get, ls, path, ROOTS, scene } from './support.js'

const MIB = 1024 * 1024

for (const [kind, opener] of ROOTS) {
  describe(`${kind}: reading`, () => {
    for (const size of [0, 1, 4096, MIB - 1, MIB, MIB + 1, 3 * MIB + 5]) {
      it(`gives ${size} bytes as they are, from every kind of offset`, async () => {
        await using s = await scene({ opener })
        const content = randomBytes(size)
        await writeFile(join(s.home, 'file'), content)
        for (const from of new Set([0, Math.min(1, size), size >> 1, size])) {
          assert.ok((await get(s.files, '/file', from)).equals(content.subarray(from)), `from ${from}`)
        }
        await assert.rejects(get(s.files, '/file', size + 1), fault('bad_range'))
      })
    }

    it('a chunk stays whole until the second next one is asked for', async () => {
      await using s = await scene({ opener })
      const content = randomBytes(5 * MIB)
      await writeFile(join(s.home, 'file'), content)
      await using file = await s.files.openRead(path('/file'), 0)
      let position = 0
      let previous: { chunk: Uint8Array; at: number } | undefined
      for await (const chunk of file.bytes) {
        if (previous) {
          const { chunk: earlier, at } = previous
          assert.ok(Buffer.from(earlier).equals(content.subarray(at, at + earlier.length)))
        }
        previous = { chunk, at: position }
        position += chunk.length
      }
      assert.equal(position, content.length)
    })

    it('the last chunks stay whole until the file is disposed, whatever else is read', async () => {
      await using s = await scene({ opener })
      const [content, other] = [randomBytes(2 * MIB), randomBytes(3 * MIB)]
      await writeFile(join(s.home, 'file'), content)
      await writeFile(join(s.home, 'other'), other)
      await using file = await s.files.openRead(path('/file'), 0)
      const chunks: Uint8Array[] = []
      for await (const chunk of file.bytes) chunks.push(chunk)
      assert.ok((await get(s.files, '/other')).equals(other))
      assert.ok(Buffer.concat(chunks).equals(content))
    })

    it('a file that shrinks is a fault, one that grows ends where it ended', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.home, 'file'), randomBytes(3 * MIB))
      const read = async (change: () => Promise<unknown>) => {
        await using file = await s.files.openRead(path('/file'), 0)
        let bytes = 0
        for await (const chunk of file.bytes) {
          if (bytes === 0) await change()
          bytes += chunk.length
        }
        return bytes
      }
      const grow = async () => {
        await using handle = await open(join(s.home, 'file'), 'a')
        await handle.write('more')
      }
      assert.equal(await read(grow), 3 * MIB)
      await assert.rejects(
        read(() => truncate(join(s.home, 'file'), 10)),
        fault('file_shrank'),
      )
    })

    it('a small file is what was opened, up to the size it had, from the offset', async () => {
      await using s = await scene({ opener })
      const file = join(s.home, 'file')
      for (const [from, change, expected] of [
        [0, () => appendFile(file, 'more'), 'content'],
        [3, () => appendFile(file, 'more'), 'tent'],
        [7, () => appendFile(file, 'more'), ''],
        [0, () => rename(file, join(s.home, 'moved')), 'content'],
        [0, () => truncate(file, 3), undefined],
      ] as const) {
        await writeFile(file, 'content')
        await using opened = await s.files.openRead(path('/file'), from)
        assert.equal(opened.size, 7)
        await change()
        const read = async () => {
          const parts: Buffer[] = []
          for await (const chunk of opened.bytes) parts.push(Buffer.from(chunk))
          return Buffer.concat(parts).toString()
        }
        if (expected === undefined) await assert.rejects(read(), fault('file_shrank'))
        else assert.equal(await read(), expected)
      }
      await assert.rejects(s.files.openRead(path('/file'), 8), fault('bad_range'))
    })

    it('a small file given back without being read holds nothing and gives nothing', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.home, 'file'), 'content')
      const file = await s.files.openRead(path('/file'), 0)
      await file[Symbol.asyncDispose]()
      await file[Symbol.asyncDispose]()
      assert.equal(descriptorsBeneath(join(s.home, 'file')), 0)
      await assert.rejects(async () => {
        for await (const _chunk of file.bytes);
      })
    })

    it('a file replaced while it is read goes on as it was', async () => {
      await using s = await scene({ opener })
      const old = randomBytes(2 * MIB)
      await writeFile(join(s.home, 'file'), old)
      await using file = await s.files.openRead(path('/file'), 0)
      await writeFile(join(s.home, 'new'), 'new')
      await rename(join(s.home, 'new'), join(s.home, 'file'))
      const parts: Buffer[] = []
      for await (const chunk of file.bytes) parts.push(Buffer.from(chunk))
      assert.ok(Buffer.concat(parts).equals(old))
    })

    it('disposed in the middle of a read, it closes the file', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.home, 'file'), randomBytes(4 * MIB))
      const before = descriptorsBeneath(s.home)
      const file = await s.files.openRead(path('/file'), 0)
      const iterator = file.bytes[Symbol.asyncIterator]()
      const abandoned = iterator.next()
      await file[Symbol.asyncDispose]()
      assert.equal((await abandoned).value?.length, MIB)
      assert.equal(descriptorsBeneath(s.home), before)
    })

    it('a folder is no file, and the root neither', async () => {
      await using s = await scene({ opener })
      await mkdir(join(s.home, 'folder'))
      await assert.rejects(get(s.files, '/folder'), fault('not_a_file'))
      await assert.rejects(get(s.files, '/'), fault('not_a_file'))
      await assert.rejects(get(s.files, '/absent'), fault('not_found'))
    })
  })

  describe(`${kind}: entries`, () => {
    it('tell what is there', async () => {
      await using s = await scene({ opener })
      await mkdir(join(s.home, 'folder'))
      await writeFile(join(s.home, 'file'), 'four', { mode: 0o640 })
      const modified = new Date('2001-02-03T04:05:06Z')
      await s.files.setModified(path('/file'), modified)
      const file = await s.files.entry(path('/file'))
      assert.deepEqual(
        { ...file, unique: '' },
        { name: 'file', type: 'file', size: 4, modified, mode: 0o640, unique: '' },
      )
      const folder = await s.files.entry(path('/folder'))
      assert.deepEqual([folder.type, folder.size], ['dir', 0])
      assert.notEqual(folder.unique, file.unique)
      assert.deepEqual(new Set(await ls(s.files, '/')), new Set([file, folder]))
      assert.equal((await s.files.entry(path('/'))).type, 'dir')
    })

    it('of a file or of nothing cannot be listed', async () => {
      await using s = await scene({ opener })
      await writeFile(join(s.home, 'file'), '')
      await assert.rejects(ls(s.files, '/file'), fault('not_a_directory'))
      await assert.rejects(ls(s.files, '/file/inner'), fault('not_found'))
      await assert.rejects(ls(s.files, '/absent'), fault('not_found'))
      await assert.rejects(s.files.entry(path('/file/inner')), fault('not_found'))
    })

    it('a listing left early closes its folder', async () => {
      await using s = await scene({ opener })
      await mkdir(join(s.home, 'folder'))
      for (let i = 0; i < 2 * BATCH; i++) await writeFile(join(s.home, 'folder', `${i}`), '')
      for await (const batch of s.files.list(path('/folder'))) {
        assert.equal(batch.length, BATCH)
        break
      }
      await s.files[Symbol.asyncDispose]()
      assert.equal(descriptorsBeneath(s.home), 0)
    })
  })
}

describe('a folder of 100,000 entries', () => {
  it('comes in small batches, each name once', { timeout: 120_000 }, async () => {
    await using s = await scene()
    const wanted = 100_000
    for (let start = 0; start < wanted; start += 500) {
      const some = Array.from({ length: 500 }, (_, i) => join(s.home, `file-${start + i}`))
      await Promise.all(some.map(name => writeFile(name, '')))
    }
    const seen = new Set<string>()
    let largest = 0
    for await (const batch of s.files.list(path('/'))) {
      largest = Math.max(largest, batch.length)
      for (const { name } of batch) seen.add(name)
    }
    assert.equal(seen.size, wanted)
    assert.ok(largest <= BATCH)
  })
})

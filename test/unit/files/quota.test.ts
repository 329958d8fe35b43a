import assert from 'node:assert/strict'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Files } from '../../../src/core/ports.js'
import { type Amount, Ledger, Ledgers } from '../../../src/files/ledger.js'
import { abandon, age, fault, openFiles, path, put, scene } from './support.js'

/** What a look at the disk says. */
async function onDisk(home: string): Promise<Amount> {
  let [bytes, files] = [0, 0]
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      bytes += (await stat(join(entry.parentPath, entry.name))).size
      files++
    }
  return { bytes, files }
}

const used = async (files: Files) => (await files.quota(path('/')))?.used

describe('a quota', () => {
  it('may be reached and not passed, in bytes', async () => {
    await using s = await scene({ quota: { bytes: 10 } })
    await put(s.files, '/a', '0123456789')
    await assert.rejects(put(s.files, '/b', ''), fault('quota_exceeded'))
    await assert.rejects(put(s.files, '/a', 'x', { from: 'end' }), fault('quota_exceeded'))
    assert.deepEqual(await used(s.files), { bytes: 10, files: 1 })
    await s.files.remove(path('/a'))
    await put(s.files, '/b', '0123456789')
  })

  it('may be reached and not passed, in files', async () => {
    await using s = await scene({ quota: { files: 2 } })
    await put(s.files, '/a', '1')
    await put(s.files, '/b', '2')
    await assert.rejects(put(s.files, '/c', '3'), fault('quota_exceeded'))
    await put(s.files, '/b', 'again')
    await s.files.rename(path('/a'), path('/b'))
    await put(s.files, '/c', '3')
    assert.deepEqual(await used(s.files), { bytes: 2, files: 2 })
  })

  it('charges an overwrite the larger of the two, and keeps both only where both fit', async () => {
    await using s = await scene({ quota: { bytes: 10 } })
    await put(s.files, '/a', '01234567')
    await put(s.files, '/a', '0123456789')
    await assert.rejects(put(s.files, '/a', '0123456789x'), fault('quota_exceeded'))
    assert.equal((await abandon(s.files, '/a', '012')).kept, false)
    assert.deepEqual(await onDisk(s.home), { bytes: 10, files: 1 })
    await put(s.files, '/a', '01')
    assert.equal((await abandon(s.files, '/a', '0123')).kept, true)
    assert.deepEqual(await used(s.files), { bytes: 6, files: 2 })
    await put(s.files, '/a', '4567', { from: 3 })
    assert.deepEqual(await used(s.files), { bytes: 7, files: 1 })
  })

  it('refuses a commit whose room was moved away', async () => {
    await using s = await scene({ quota: { bytes: 10 } })
    await put(s.files, '/a', '01234567')
    {
      await using upload = await s.files.prepareUpload(path('/a'), { from: 0 })
      await upload.open()
      await upload.write([Buffer.from('01234567')])
      await s.files.rename(path('/a'), path('/b'))
      await assert.rejects(upload.commit(), fault('quota_exceeded'))
    }
    assert.deepEqual(await onDisk(s.home), { bytes: 8, files: 1 })
    assert.deepEqual(await used(s.files), { bytes: 8, files: 1 })
  })

  it('is shared by those who share a home, each with a limit of its own', async () => {
    const ledgers = new Ledgers()
    await using s = await scene({ quota: { bytes: 10 }, ledgers })
    await using other = await openFiles(s.home, { user: 'other', ledgers })
    await put(s.files, '/a', '0123')
    await put(other, '/b', '0123456789')
    assert.deepEqual(await used(s.files), { bytes: 14, files: 2 })
    assert.equal(await other.quota(path('/')), undefined)
    await assert.rejects(s.files.checkRoom(1), fault('quota_exceeded'))
    await other.remove(path('/b'))
    await s.files.checkRoom(6)
  })

  it('is counted from what is there, the swept and the removed given back', async () => {
    await using s = await scene()
    await mkdir(join(s.home, 'sub'))
    await writeFile(join(s.home, 'sub', 'file'), '0123')
    await abandon(s.files, '/sub/partial', '01234')
    await using after = await openFiles(s.home, { quota: { bytes: 100, files: 9 } })
    assert.deepEqual(await used(after), { bytes: 9, files: 2 })
    for (const name of await readdir(join(s.home, 'sub')))
      await age(join(s.home, 'sub', name), 48 * 3_600_000)
    await after.remove(path('/sub/file'))
    await after.removeDir(path('/sub'))
    assert.deepEqual(await used(after), { bytes: 0, files: 0 })
  })

  it('is not passed by 50 uploads at a time', async () => {
    await using s = await scene({ quota: { bytes: 5000 } })
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, async (_, number) => {
        await using upload = await s.files.prepareUpload(path(`/${number}`), { from: 0 })
        await upload.open()
        for (let written = 0; written <= number % 7; written++) await upload.write([Buffer.alloc(33)])
        await upload.commit()
      }),
    )
    assert.ok(results.some(({ status }) => status === 'fulfilled'))
    assert.ok(results.some(({ status }) => status === 'rejected'))
    const there = await onDisk(s.home)
    assert.ok(there.bytes <= 5000)
    assert.deepEqual(await used(s.files), there)
  })

  it('counts what is there, whatever was done', async () => {
    const name = fc.constantFrom('/a', '/b', '/c')
    const length = fc.nat(8)
    const step = fc.oneof(
      fc.tuple(fc.constant('put'), name, length),
      fc.tuple(fc.constant('append'), name, length),
      fc.tuple(fc.constant('abandon'), name, length),
      fc.tuple(fc.constant('resume'), name, length),
      fc.tuple(fc.constant('remove'), name, length),
      fc.tuple(fc.constant('rename'), name, length),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.boolean(), async (steps, together) => {
        await using s = await scene({ quota: { bytes: 20, files: 3 }, options: { durability: 'rename' } })
        await used(s.files)
        const run = async ([kind, at, size]: (typeof steps)[number]) => {
          const content = Buffer.alloc(size)
          if (kind === 'put') await put(s.files, at, content)
          else if (kind === 'append') await put(s.files, at, content, { from: 'end' })
          else if (kind === 'abandon') await abandon(s.files, at, content)
          else if (kind === 'resume') await abandon(s.files, at, content, { from: 'end' })
          else if (kind === 'remove') await s.files.remove(path(at))
          else await s.files.rename(path(at), path('/c'))
        }
        if (together) await Promise.allSettled(steps.map(run))
        else for (const one of steps) await run(one).catch(() => {})
        const there = await onDisk(s.home)
        assert.deepEqual(await used(s.files), there)
        assert.ok(there.bytes <= 20 && there.files <= 3, JSON.stringify(there))
      }),
      { numRuns: 60 },
    )
  })
})

describe('a ledger', () => {
  it('is counted anew once its count is old, but not under an upload', async () => {
    let walks = 0
    const ledger = new Ledger(async () => ({ bytes: ++walks, files: 0 }))
    const settled = () => ledger.step(async () => ledger.charged.bytes)
    await ledger.counted()
    const later = performance.now() + 601_000
    ledger.refresh()
    assert.equal(await settled(), 1)
    const upload = ledger.enter()
    ledger.refresh(later)
    assert.equal(await settled(), 1)
    upload[Symbol.dispose]()
    ledger.refresh(later)
    assert.equal(await settled(), 2)
  })

  it('is tried again after a count that failed', async () => {
    let fails = true
    const ledger = new Ledger(async () => {
      if (fails) throw new Error('no')
      return { bytes: 3, files: 1 }
    })
    await assert.rejects(ledger.counted())
    fails = false
    await ledger.counted()
    assert.equal(ledger.charged.bytes, 3)
  })
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../../src/core/fault.js'
import type { Files } from '../../../src/core/ports.js'
import { isWithin, parentOf, type VirtualPath } from '../../../src/core/virtual-path.js'
import { descriptorsBeneath, get, ls, path, put, ROOTS, scene } from './support.js'

/** A tree as a map: a file is its content, a folder is null. */
type Model = Map<VirtualPath, string | null>

type Step =
  | { readonly op: 'makeDir' | 'removeDir' | 'remove' | 'list' | 'read'; readonly at: VirtualPath }
  | { readonly op: 'put' | 'append' | 'abandon'; readonly at: VirtualPath; readonly content: string }
  | { readonly op: 'rename'; readonly at: VirtualPath; readonly to: VirtualPath }

const somewhere = fc
  .array(fc.constantFrom('a', 'b', 'ü', '-r'), { minLength: 1, maxLength: 3 })
  .map(parts => path(`/${parts.join('/')}`))
const content = fc.string({ maxLength: 20 })

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constantFrom('makeDir', 'makeDir', 'removeDir', 'remove', 'list', 'read'),
      at: somewhere,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constantFrom('put', 'append', 'abandon'), at: somewhere, content }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('rename' as const), at: somewhere, to: somewhere }) },
)

const childrenOf = (model: Model, folder: VirtualPath) =>
  [...model.keys()].filter(at => at !== '/' && parentOf(at) === folder)

/** Applies the step to the model; false when it must fail. */
function expect(model: Model, s: Step): boolean {
  const here = model.get(s.at)
  const parentIsFolder = model.get(parentOf(s.at)) === null
  switch (s.op) {
    case 'list':
      return here === null
    case 'read':
      return typeof here === 'string'
    case 'makeDir':
      if (here !== undefined || !parentIsFolder) return false
      model.set(s.at, null)
      return true
    case 'removeDir':
      if (here !== null || childrenOf(model, s.at).length > 0) return false
      return model.delete(s.at)
    case 'remove':
      return typeof here === 'string' && model.delete(s.at)
    case 'abandon':
      return here !== null && parentIsFolder
    case 'put':
    case 'append':
      if (here === null || !parentIsFolder) return false
      model.set(s.at, s.op === 'append' ? (here ?? '') + s.content : s.content)
      return true
    case 'rename':
      return move(model, s.at, s.to)
  }
}

function move(model: Model, from: VirtualPath, to: VirtualPath): boolean {
  const [source, target] = [model.get(from), model.get(to)]
  if (source === undefined || model.get(parentOf(to)) !== null) return false
  if (from === to) return true
  if (isWithin(to, from)) return false
  if (target !== undefined && (target === null || source === null)) return false
  for (const [at, value] of [...model]) {
    if (!isWithin(at, from)) continue
    model.delete(at)
    model.set(path(to + at.slice(from.length)), value)
  }
  return true
}

async function run(files: Files, s: Step): Promise<unknown> {
  switch (s.op) {
    case 'list':
      return await ls(files, s.at)
    case 'read':
      return await get(files, s.at)
    case 'makeDir':
    case 'removeDir':
    case 'remove':
      return await files[s.op](s.at)
    case 'put':
      return await put(files, s.at, s.content)
    case 'append':
      return await put(files, s.at, s.content, { from: 'end' })
    case 'rename':
      return await files.rename(s.at, s.to)
    case 'abandon': {
      await using upload = await files.prepareUpload(s.at, { from: 0 })
      await upload.open()
      return await upload.write([Buffer.from(s.content)])
    }
  }
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    assert.ok(error instanceof Fault && error.kind !== 'storage_error', String(error))
    return false
  }
}

async function snapshot(files: Files, at: VirtualPath, into: Model = new Map([[at, null]])): Promise<Model> {
  for (const { name, type } of await ls(files, at)) {
    const child = path(`${at}/${name}`)
    into.set(child, type === 'dir' ? null : (await get(files, child)).toString())
    if (type === 'dir') await snapshot(files, child, into)
  }
  return into
}

for (const [kind, opener] of ROOTS) {
  describe(`${kind}: any sequence of operations`, () => {
    it('does what a map of paths would do, and leaves no descriptor open', async () => {
      const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
        await using s = await scene({ opener, options: { durability: 'rename' } })
        const model: Model = new Map([[path('/'), null]])
        for (const each of steps) {
          const expected = expect(model, each)
          assert.equal(await succeeds(run(s.files, each)), expected, JSON.stringify(each))
        }
        assert.deepEqual(
          new Map([...(await snapshot(s.files, path('/')))].sort()),
          new Map([...model].sort()),
        )
        await s.files[Symbol.asyncDispose]()
        assert.equal(descriptorsBeneath(s.home), 0)
      })
      await fc.assert(property, { numRuns: 100 })
    })
  })
}

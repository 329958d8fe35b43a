import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../../src/core/fault.js'
import type { Files } from '../../../src/core/ports.js'
import { isWithin, parentOf, type VirtualPath } from '../../../src/core/virtual-path.js'
import { descriptorsBeneath, get, ls, path, put, ROOTS, scene } from './support.js'

/** What a path stands for: a folder, a file, an upload that was cut off, or the last over the one before. */
interface Node {
  /** The content of a file; null for a folder. */
  readonly stored: string | null | undefined
  readonly partial: string | undefined
}

const NOTHING: Node = { stored: undefined, partial: undefined }

type Model = Map<VirtualPath, Node>

type Step =
  | { readonly op: 'makeDir' | 'removeDir' | 'remove' | 'list' | 'read'; readonly at: VirtualPath }
  | {
      readonly op: 'put' | 'abandon'
      readonly at: VirtualPath
      readonly content: string
      readonly from: number | 'end'
    }
  | { readonly op: 'rename'; readonly at: VirtualPath; readonly to: VirtualPath }

const somewhere = fc
  .array(fc.constantFrom('a', 'b', 'ü', '-r'), { minLength: 1, maxLength: 3 })
  .map(parts => path(`/${parts.join('/')}`))
const content = fc.string({ maxLength: 8 })

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constantFrom('makeDir', 'makeDir', 'removeDir', 'remove', 'list', 'read'),
      at: somewhere,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constantFrom('put', 'abandon'),
      at: somewhere,
      content,
      from: fc.constantFrom<(number | 'end')[]>(0, 0, 0, 'end', 'end', 1, 2, 7),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('rename' as const), at: somewhere, to: somewhere }) },
)

const childrenOf = (model: Model, folder: VirtualPath) =>
  [...model.keys()].filter(at => at !== '/' && parentOf(at) === folder)

const isFolder = (model: Model, at: VirtualPath) => model.get(at)?.stored === null

/** Applies the step to the model; false when it must fail. */
function expect(model: Model, s: Step): boolean {
  const here = model.get(s.at) ?? NOTHING
  switch (s.op) {
    case 'list':
      return here.stored === null
    case 'read':
      return typeof here.stored === 'string'
    case 'makeDir':
      if (model.has(s.at) || !isFolder(model, parentOf(s.at))) return false
      model.set(s.at, { stored: null, partial: undefined })
      return true
    case 'removeDir':
      if (here.stored !== null || childrenOf(model, s.at).length > 0) return false
      return model.delete(s.at)
    case 'remove':
      return here.stored !== null && model.delete(s.at)
    case 'put':
    case 'abandon':
      return upload(model, s)
    case 'rename':
      return move(model, s.at, s.to)
  }
}

function upload(model: Model, { op, at, content, from }: Step & { op: 'put' | 'abandon' }): boolean {
  const { stored, partial } = model.get(at) ?? NOTHING
  if (stored === null || !isFolder(model, parentOf(at))) return false
  const goesOn = partial !== undefined && from !== 0 && (from === 'end' || from <= partial.length)
  const source = (goesOn ? partial : stored) ?? ''
  // of a partial everything but the last byte is told, and APPE goes on there
  const offset = from !== 'end' ? from : source.length - (goesOn ? 1 : 0)
  if (offset > source.length) return false
  const base = source.slice(0, offset)
  if (op === 'put') set(model, at, { stored: base + content, partial: undefined })
  else set(model, at, { stored, partial: partialAfter(base, content, goesOn, from === 0, partial) })
  return true
}

/** What a cut leaves: nothing of a copy that no byte of the client's was added to. */
function partialAfter(base: string, content: string, goesOn: boolean, anew: boolean, before?: string) {
  const now = base + content
  if (goesOn || anew || content !== '') return now.length >= 2 ? now : undefined
  return base === '' ? undefined : before
}

function set(model: Model, at: VirtualPath, node: Node) {
  if (node.stored === undefined && node.partial === undefined) model.delete(at)
  else model.set(at, node)
}

function move(model: Model, from: VirtualPath, to: VirtualPath): boolean {
  const [source, target] = [model.get(from)?.stored, model.get(to)?.stored]
  if (source === undefined || !isFolder(model, parentOf(to))) return false
  if (from === to) return true
  if (isWithin(to, from)) return false
  if (target !== undefined && (target === null || source === null)) return false
  model.delete(to)
  for (const [at, node] of [...model]) {
    if (!isWithin(at, from)) continue
    model.delete(at)
    const there = path(to + at.slice(from.length))
    // the partial of a moved file is for the name it had
    set(model, there, at === from ? { ...node, partial: undefined } : node)
    if (at === from) set(model, at, { stored: undefined, partial: node.partial })
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
      return await put(files, s.at, s.content, { from: s.from })
    case 'rename':
      return await files.rename(s.at, s.to)
    case 'abandon': {
      await using upload = await files.prepareUpload(s.at, { from: s.from })
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

/** What the user sees and reads, the size that a partial shows in its place. */
async function snapshot(files: Files, at: VirtualPath, into = new Map<string, unknown>()) {
  for (const { name, type, size } of await ls(files, at)) {
    const child = path(`${at}/${name}`)
    assert.ok(!into.has(child), 'listed twice')
    const stored = type === 'file' && (await succeeds(files.storedEntry(child)))
    into.set(child, type === 'dir' ? 'folder' : { size, content: stored && String(await get(files, child)) })
    assert.deepEqual(await files.entry(child).then(entry => [entry.type, entry.size]), [type, size])
    if (type === 'dir') await snapshot(files, child, into)
  }
  return into
}

const expectedSnapshot = (model: Model) =>
  [...model]
    .filter(([at]) => at !== '/')
    .map(([at, { stored, partial }]): [string, unknown] => {
      if (stored === null) return [at, 'folder']
      const size = partial === undefined ? (stored ?? '').length : partial.length - 1
      return [at, { size, content: stored ?? false }]
    })

for (const [kind, opener] of ROOTS) {
  describe(`${kind}: any sequence of operations`, () => {
    it('does what a map of paths would do, and leaves no descriptor open', async () => {
      const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
        await using s = await scene({ opener, options: { durability: 'rename' } })
        const model: Model = new Map([[path('/'), { stored: null, partial: undefined }]])
        for (const each of steps) {
          const expected = expect(model, each)
          assert.equal(await succeeds(run(s.files, each)), expected, JSON.stringify(each))
        }
        const seen = await snapshot(s.files, path('/'))
        assert.deepEqual(new Map([...seen].sort()), new Map(expectedSnapshot(model).sort()))
        await s.files[Symbol.asyncDispose]()
        assert.equal(descriptorsBeneath(s.home), 0)
      })
      await fc.assert(property, { numRuns: 100 })
    })
  })
}

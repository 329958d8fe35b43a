import { dirListed } from '../core/audit-event.js'
import { Fault } from '../core/fault.js'
import type { Right } from '../core/permission.js'
import type { Entry, Files } from '../core/ports.js'
import { childOf, nameOf, parentOf, ROOT, type VirtualPath } from '../core/virtual-path.js'
import type { Charset } from '../protocol/charset.js'
import { describeFacts, formatFacts } from '../protocol/facts.js'
import { isWildcard, matchesWildcard } from '../protocol/list-argument.js'
import { formatLsLine } from '../protocol/ls-line.js'
import type { PathCommand, Replies } from './command.js'
import type { ReadyContext } from './context.js'

type Batches = AsyncIterable<readonly Entry[]>
/** One entry as a line without its end. */
type Line = (entry: Entry) => string

export const LIST: PathCommand = {
  verb: 'LIST',
  syntax: '[path]',
  phase: 'ready',
  argument: 'list-path',
  right: 'enter',
  transfer: true,
  async *run(context, path) {
    const now = Date.now()
    const { batches } = await select(context.files, path)
    yield* sendLines(context, path, batches, entry => formatLsLine(entry, now))
  },
}

/** The names, in a form that RETR takes as it is: with the folder before them if one was typed. */
export const NLST: PathCommand = {
  verb: 'NLST',
  syntax: '[path]',
  phase: 'ready',
  argument: 'list-path',
  right: 'enter',
  transfer: true,
  async *run(context, path, typed) {
    const { batches, folder } = await select(context.files, path)
    const prefix = typedFolder(typed, folder)
    yield* sendLines(context, path, batches, entry => prefix + entry.name)
  },
}

/** RFC 3659 §7: for folders only, machines read it. */
export const MLSD: PathCommand = {
  verb: 'MLSD',
  syntax: '[path]',
  phase: 'ready',
  argument: 'optional-path',
  right: 'enter',
  transfer: true,
  async *run(context, path) {
    if ((await context.files.entry(path)).type !== 'dir') throw new Fault('bad_parameter')
    yield* sendLines(context, path, all(context.files, path), entry =>
      factLine(context, childOf(path, entry.name), entry, entry.name),
    )
  },
}

/** One entry over the control connection; its line begins with a space (RFC 3659 §7.2). */
export const MLST: PathCommand = {
  verb: 'MLST',
  syntax: '[path]',
  phase: 'ready',
  argument: 'optional-path',
  right: ['enter', 'list'],
  feat: ({ settings }) => [`MLST ${describeFacts(settings.facts)}`],
  async *run(context, path) {
    const entry = await context.files.entry(path)
    yield {
      name: 'action_done',
      text: `Listing ${path}`,
      lines: [` ${factLine(context, path, entry, path)}`],
    }
  },
}

/** What LIST and NLST are about: a folder, one file, or the entries of a folder that match a wildcard. */
export async function select(
  files: Files,
  path: VirtualPath,
): Promise<{ batches: Batches; folder: boolean }> {
  try {
    const entry = await files.entry(path)
    if (entry.type === 'dir') return { batches: all(files, path), folder: true }
    return { batches: only(entry), folder: false }
  } catch (fault) {
    if (!(fault instanceof Fault && fault.kind === 'not_found' && isWildcard(nameOf(path)))) throw fault
    return { batches: matching(all(files, parentOf(path)), nameOf(path)), folder: false }
  }
}

/** Refuses at once what `list` would refuse when the first entry is asked for: before the 150, not after it. */
function all(files: Files, folder: VirtualPath): Batches {
  if (!files.rights(folder).has('list')) throw new Fault('denied', { right: 'list' })
  return files.list(folder)
}

async function* only(entry: Entry): Batches {
  yield [entry]
}

async function* matching(batches: Batches, pattern: string): Batches {
  for await (const batch of batches) yield batch.filter(entry => matchesWildcard(entry.name, pattern))
}

async function* sendLines(context: ReadyContext, path: VirtualPath, batches: Batches, line: Line): Replies {
  context.takeRestart()
  const { charset } = context
  let entries = 0
  let omitted = 0
  async function* encoded() {
    for await (const batch of batches) {
      const writable = encodeLines(
        batch.map(entry => `${line(entry)}\r\n`),
        charset,
      )
      entries += writable.lines
      omitted += batch.length - writable.lines
      if (writable.lines > 0) yield writable.bytes
    }
  }
  yield 'opening'
  await context.data.send(encoded(), { signal: context.signal, ascii: false })
  const event = dirListed(path, entries, omitted)
  if (omitted === 0) yield { name: 'transferred', event }
  else
    yield { name: 'transferred', text: `Transfer complete, but for ${omittedText(omitted, charset)}.`, event }
}

/** Without the lines whose name cannot be written: the client could not name such a file, so it is not shown it. */
function encodeLines(lines: readonly string[], charset: Charset): { bytes: Buffer; lines: number } {
  const all = charset.encode(lines.join(''))
  if (all) return { bytes: all, lines: lines.length }
  const writable = lines.map(line => charset.encode(line)).filter(bytes => bytes !== undefined)
  return { bytes: Buffer.concat(writable), lines: writable.length }
}

/** What a listing says of the names it had to leave out. */
export const omittedText = (count: number, { name }: Charset): string =>
  `${count} ${count === 1 ? 'name' : 'names'} that ${name} cannot write`

function factLine({ files, settings }: ReadyContext, path: VirtualPath, entry: Entry, name: string): string {
  const permitted = { rights: possible(files.rights(path), path), enter: files.mayEnter(path) }
  return `${formatFacts(entry, settings.facts, permitted)} ${name}`
}

/** What is granted, less what nobody can do to the root. */
function possible(rights: ReadonlySet<Right>, path: VirtualPath): ReadonlySet<Right> {
  if (path !== ROOT) return rights
  return new Set([...rights].filter(right => right !== 'removeDir' && right !== 'rename'))
}

/** `sub/` for `NLST sub` and for `NLST sub/*.txt`; nothing where the names stand in the working directory. */
function typedFolder(typed: string, isFolder: boolean): string {
  if (typed === '') return ''
  if (!isFolder) return typed.slice(0, typed.lastIndexOf('/') + 1)
  return typed.endsWith('/') ? typed : `${typed}/`
}

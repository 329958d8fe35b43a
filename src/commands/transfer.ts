import {
  type AuditEvent,
  fileDownloaded,
  fileDownloadFailed,
  fileUploaded,
  fileUploadFailed,
  quotaExceeded,
  type UploadFacts,
  type UploadRemains,
} from '../core/audit-event.js'
import { Fault, toFault } from '../core/fault.js'
import type { Upload, UploadRequest } from '../core/ports.js'
import type { Reason } from '../core/reason.js'
import { childOf, nameOf, type VirtualPath } from '../core/virtual-path.js'
import type { Reply, ReplyName } from '../protocol/replies.js'
import type { AnyTimeCommand, PathCommand, ReadyCommand, Replies } from './command.js'
import type { ReadyContext } from './context.js'

export const RETR: PathCommand = {
  verb: 'RETR',
  syntax: 'path',
  phase: 'ready',
  argument: 'path',
  right: 'read',
  transfer: true,
  failed: fileDownloadFailed,
  async *run(context, path) {
    const { files, data, signal } = context
    const resumedFrom = context.takeRestart()
    if (resumedFrom > 0 && converts(context)) {
      yield { name: 'restart_needs_image', event: fileDownloadFailed(path, 'bad_range') }
      return
    }
    await using file = await files.openRead(path, resumedFrom)
    yield { name: 'opening', text: `Opening data connection (${file.size - resumedFrom} bytes).` }
    const sent = await data.send(file.bytes, { signal, ascii: converts(context) })
    yield { name: 'transferred', event: fileDownloaded(path, { ...sent, resumedFrom }) }
  },
}

export const STOR: PathCommand = {
  verb: 'STOR',
  syntax: 'path',
  phase: 'ready',
  argument: 'path',
  right: ['create', 'overwrite'],
  transfer: true,
  failed: uploadFailed,
  run: (context, path) => store(context, path, { from: context.takeRestart() }, () => 'opening'),
}

export const APPE: PathCommand = {
  verb: 'APPE',
  syntax: 'path',
  phase: 'ready',
  argument: 'path',
  right: ['create', 'append'],
  transfer: true,
  failed: uploadFailed,
  run(context, path) {
    // REST before APPE is a resume at that offset; some clients send both.
    const from = context.takeRestart() || 'end'
    return store(context, path, { from }, () => 'opening')
  },
}

/** The server picks a free name; RFC 1123 §4.1.2.9 fixes the form of the 150. */
export const STOU: PathCommand = {
  verb: 'STOU',
  syntax: '[path]',
  phase: 'ready',
  argument: 'optional-path',
  right: 'create',
  transfer: true,
  failed: uploadFailed,
  run(context, path, typed) {
    const wish = typed === '' ? childOf(path, 'upload') : path
    context.takeRestart()
    return store(context, wish, { from: 0, unique: true }, taken => ({
      name: 'opening',
      text: `FILE: ${nameOf(taken)}`,
    }))
  },
}

async function* store(
  context: ReadyContext,
  path: VirtualPath,
  request: UploadRequest,
  opening: (taken: VirtualPath) => ReplyName | Reply,
): Replies {
  const { files, data, signal } = context
  const converted = converts(context)
  if (converted && request.from !== 'end' && request.from > 0) {
    yield { name: 'restart_needs_image', event: fileUploadFailed(path, 'bad_range') }
    return
  }
  await using upload = await files.prepareUpload(path, { ...request, converted })
  try {
    yield opening(upload.path)
    const received = await data.receive(upload, { signal, ascii: converted })
    context.requireRecordable()
    const receipt = await upload.commit(received.close)
    const facts: UploadFacts = { ...received, ...receipt, resumedFrom: receipt.size - received.bytes }
    yield { name: 'transferred', text: receiptText(facts), event: fileUploaded(upload.path, facts) }
  } catch (thrown) {
    // before it can be told what is left of it
    await upload[Symbol.asyncDispose]()
    throw new UploadFault(toFault(thrown), upload)
  }
}

/** Why a transfer failed that had begun, and what is left of it. */
class UploadFault extends Fault {
  readonly upload: Upload

  constructor({ kind, reason, right, cause }: Fault, upload: Upload) {
    super(kind, { reason, cause, ...(right === undefined ? {} : { right }) })
    this.upload = upload
  }
}

function uploadFailed(path: VirtualPath, reason: Reason, fault: Fault): AuditEvent {
  const event = fault.kind === 'quota_exceeded' ? quotaExceeded : fileFailed(reason)
  if (!(fault instanceof UploadFault)) return event(path)
  const { path: taken, bytes, kept } = fault.upload
  return event(taken, { bytes, kept })
}

const fileFailed = (reason: Reason) => (path: string, remains?: UploadRemains) =>
  fileUploadFailed(path, reason, remains)

const receiptText = ({ size, sha256 }: UploadFacts): string =>
  `Transfer complete, ${size} bytes stored${sha256 === undefined ? '' : `, SHA-256 ${sha256}`}.`

/**
 * Positions are then refused (REST, RFC 3659 §5): the client counts octets as they were sent, the file has others, and
 * what came of it would be whole in neither.
 */
const converts = ({ settings, user }: ReadyContext): boolean =>
  settings.ascii && user.compat.ascii === 'convert'

/** RFC 3659 §5: the offset for the very next transfer; whether it fits is told there. */
export const REST: ReadyCommand = {
  verb: 'REST',
  syntax: 'offset',
  phase: 'ready',
  argument: 'required',
  feat: () => ['REST STREAM'],
  async *run({ setRestart }, argument) {
    const offset = Number(argument)
    if (!/^\d{1,16}$/.test(argument) || !Number.isSafeInteger(offset)) throw new Fault('bad_parameter')
    setRestart(offset)
    yield { name: 'pending', text: `Restarting at ${offset}.` }
  },
}

/** RFC 959 §4.1.3: two replies when a transfer runs, its own 426 and then this 226. */
export const ABOR: AnyTimeCommand = {
  verb: 'ABOR',
  syntax: '',
  phase: 'any',
  argument: 'none',
  duringTransfer: true,
  async *run({ abortTransfer }) {
    yield (await abortTransfer()) ? 'aborted' : 'nothing_to_abort'
  },
}

/** Refusing early saves the partner the transfer. */
export const ALLO: ReadyCommand = {
  verb: 'ALLO',
  syntax: 'bytes',
  phase: 'ready',
  argument: 'required',
  async *run({ files }, argument) {
    const match = /^(\d{1,16})(?: R \d{1,16})?$/i.exec(argument.trim())
    if (!match) throw new Fault('bad_parameter')
    await files.checkRoom(Number(match[1]))
    yield 'not_needed'
  },
}

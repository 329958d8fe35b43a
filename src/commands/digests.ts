import { fileHashed } from '../core/audit-event.js'
import type { Digest, DigestAlgorithm, DigestRequest } from '../core/digest.js'
import { Fault } from '../core/fault.js'
import type { VirtualPath } from '../core/virtual-path.js'
import { describeAlgorithms } from '../protocol/digest-names.js'
import type { PathCommand } from './command.js'
import type { ReadyContext } from './context.js'

/**
 * draft-bryan-ftpext-hash-02 §3. The range in the reply ends with the last byte, not behind it. A part is asked for with
 * REST; the draft's RANG, which no client is known to send, is not there.
 */
export const HASH: PathCommand = {
  verb: 'HASH',
  syntax: 'path',
  phase: 'ready',
  argument: 'quoted-path',
  right: 'read',
  abortable: true,
  feat: ({ settings }) => [`HASH ${describeAlgorithms(settings.digest)}`],
  async *run(context, path, range) {
    if (range !== '') throw new Fault('bad_parameter')
    const request = { algorithm: context.settings.digest, from: context.takeRestart(), to: undefined }
    const digest = await context.files.digest(path, request, context.signal)
    yield {
      name: 'file_fact',
      text: `${request.algorithm} ${shownRange(request.from, digest.to)} ${digest.hex} ${path}`,
      event: hashed(path, request, digest),
    }
  },
}

/**
 * The older commands, one for each algorithm: `XCRC path`, or `XCRC "path" [[start] end]` where `end` is the offset
 * behind the last byte, as GlobalSCAPE defined it and others do it.
 */
const hexOnly = (verb: string, algorithm: DigestAlgorithm): PathCommand => ({
  verb,
  syntax: 'path|"path" [[start] end]',
  phase: 'ready',
  argument: 'quoted-path',
  right: 'read',
  abortable: true,
  feat: () => [verb],
  async *run(context, path, range) {
    const request = { algorithm, ...parseRange(range, context) }
    const digest = await context.files.digest(path, request, context.signal)
    yield { name: 'action_done', text: digest.hex, event: hashed(path, request, digest) }
  },
})

export const XSHA256 = hexOnly('XSHA256', 'SHA-256')
export const XSHA512 = hexOnly('XSHA512', 'SHA-512')
export const XSHA1 = hexOnly('XSHA1', 'SHA-1')
export const XMD5 = hexOnly('XMD5', 'MD5')
export const XCRC = hexOnly('XCRC', 'CRC32')

function parseRange(text: string, { takeRestart }: ReadyContext): Omit<DigestRequest, 'algorithm'> {
  const restart = takeRestart()
  if (text === '') return { from: restart, to: undefined }
  const numbers = text.split(/ +/).map(Number)
  const [from, to] = numbers.length === 1 ? [0, numbers[0]] : numbers
  if (numbers.length > 2 || from === undefined || to === undefined || from > to || !Number.isSafeInteger(to))
    throw new Fault('bad_parameter')
  return { from, to }
}

/** The draft has no way to write an empty range: `0-0` for an empty file. */
const shownRange = (from: number, to: number): string => `${from}-${Math.max(from, to - 1)}`

const hashed = (path: VirtualPath, { algorithm, from }: DigestRequest, { hex, to }: Digest) =>
  fileHashed(path, { algorithm, from, bytes: to - from, digest: hex })

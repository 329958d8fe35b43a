import { Fault } from '../core/fault.js'
import type { AnyTimeCommand } from './command.js'

/** RFC 4217 §4: the connection is TLS from its first byte, there is nothing left to negotiate. */
export const AUTH: AnyTimeCommand = {
  verb: 'AUTH',
  syntax: 'mechanism',
  phase: 'any',
  argument: 'optional',
  async *run() {
    yield 'already_protected'
  },
}

/** Never back to clear text. */
export const CCC: AnyTimeCommand = {
  verb: 'CCC',
  syntax: '',
  phase: 'any',
  argument: 'optional',
  async *run() {
    yield 'protection_required'
  },
}

export const REIN: AnyTimeCommand = {
  verb: 'REIN',
  syntax: '',
  phase: 'any',
  argument: 'optional',
  async *run() {
    yield 'not_implemented'
  },
}

/** TLS needs no buffer size, so the answer is always 0 (RFC 4217 §9). */
export const PBSZ: AnyTimeCommand = {
  verb: 'PBSZ',
  syntax: '0',
  phase: 'any',
  argument: 'required',
  feat: () => ['PBSZ'],
  async *run({ settings }, size) {
    if (!/^\d{1,10}$/.test(size) || Number(size) > 0xffff_ffff) throw new Fault('bad_parameter')
    settings.bufferSizeSent = true
    yield { name: 'done', text: 'PBSZ=0' }
  },
}

/** Data connections are protected from the start; PROT can only confirm it. */
export const PROT: AnyTimeCommand = {
  verb: 'PROT',
  syntax: 'P',
  phase: 'any',
  argument: 'required',
  feat: () => ['PROT'],
  async *run({ settings }, level) {
    if (!settings.bufferSizeSent) throw new Fault('bad_sequence')
    switch (level.toUpperCase()) {
      case 'P':
        yield { name: 'done', text: 'Protection level is Private.' }
        break
      case 'C':
        yield 'protection_required'
        break
      case 'S':
      case 'E':
        yield 'protection_unsupported'
        break
      default:
        yield 'bad_value'
    }
  },
}

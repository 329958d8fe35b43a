import { Fault } from '../core/fault.js'
import type { AnyTimeCommand, ReadyCommand } from './command.js'

export const PASV: ReadyCommand = {
  verb: 'PASV',
  syntax: '',
  phase: 'ready',
  argument: 'none',
  async *run({ data, settings, user }) {
    if (settings.epsvAll) throw new Fault('bad_sequence')
    const { address, port } = await data.listen(4, user)
    const numbers = [...address.split('.'), port >> 8, port & 0xff].join(',')
    yield { name: 'passive', text: `Entering Passive Mode (${numbers}).` }
  },
}

/** RFC 2428 §3. */
export const EPSV: ReadyCommand = {
  verb: 'EPSV',
  syntax: '[1|2|ALL]',
  phase: 'ready',
  argument: 'optional',
  feat: () => ['EPSV'],
  async *run({ data, settings, user, peer }, argument) {
    const asked = argument.trim().toUpperCase()
    if (asked === 'ALL') {
      settings.epsvAll = true
      yield { name: 'done', text: 'EPSV ALL: only EPSV from now on.' }
      return
    }
    if (asked !== '' && !/^\d+$/.test(asked)) throw new Fault('bad_parameter')
    // The data connection uses the network protocol of the control connection.
    const own = peer.family === 4 ? '1' : '2'
    if (asked !== '' && asked !== own) {
      const offered = asked === '1' || asked === '2' ? own : '1,2'
      yield { name: 'family_unsupported', text: `Network protocol not supported, use (${offered})` }
      return
    }
    const { port } = await data.listen(peer.family, user)
    yield { name: 'extended_passive', text: `Entering Extended Passive Mode (|||${port}|)` }
  },
}

const noActiveMode = (verb: string): AnyTimeCommand => ({
  verb,
  syntax: '',
  phase: 'any',
  argument: 'optional',
  async *run() {
    yield 'no_active_mode'
  },
})

/** Connecting out to where a client points is the FTP bounce (RFC 2577 §3, CVE-2020-15152). */
export const PORT = noActiveMode('PORT')
export const EPRT = noActiveMode('EPRT')

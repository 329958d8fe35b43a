import { Fault } from '../core/fault.js'
import type { Charset } from '../protocol/charset.js'
import { parseAlgorithm } from '../protocol/digest-names.js'
import { parseFacts } from '../protocol/facts.js'
import type { Reply, ReplyName } from '../protocol/replies.js'
import type { AnyTimeCommand, Replies } from './command.js'
import type { CommandInfo, Settings } from './context.js'

/** Read off the table: only what is really there (RFC 2389 §3). Each line has one leading space. */
export const FEAT: AnyTimeCommand = {
  verb: 'FEAT',
  syntax: '',
  phase: 'any',
  argument: 'none',
  async *run(context) {
    const features = context.commands.flatMap(command => command.feat?.(context) ?? [])
    // TVFS (RFC 3659 §6) and UTF8 (RFC 2640) are properties of the server, not of a command.
    const lines = [...features, 'TVFS', 'UTF8'].sort().map(line => ` ${line}`)
    yield { name: 'system_status', text: 'Features:', lines }
  },
}

export const OPTS: AnyTimeCommand = {
  verb: 'OPTS',
  syntax: 'UTF8 ON|MLST facts|HASH [algorithm]',
  phase: 'any',
  argument: 'required',
  async *run({ settings, charset }, argument) {
    const [, name = '', value = ''] = /^(\S+) ?(.*)$/.exec(argument) ?? []
    switch (name.toUpperCase()) {
      case 'UTF8':
      case 'UTF-8':
        yield switchUtf8(settings, charset, value.trim().toUpperCase())
        break
      case 'MLST':
        settings.facts = parseFacts(value)
        yield {
          name: 'done',
          text: `MLST OPTS ${[...settings.facts].map(fact => `${fact};`).join('')}`.trimEnd(),
        }
        break
      case 'HASH': {
        const asked = value.trim()
        const algorithm = asked === '' ? settings.digest : parseAlgorithm(asked)
        if (algorithm === undefined) {
          yield { name: 'bad_parameter', text: 'Unknown algorithm, the selection stays as it was.' }
          return
        }
        settings.digest = algorithm
        yield { name: 'done', text: algorithm }
        break
      }
      default:
        throw new Fault('bad_parameter')
    }
  },
}

/**
 * RFC 2640 has no switch, since all is UTF-8; the draft that had one (draft-ietf-ftpext-utf-8-option) is what clients
 * and servers with other character sets go by. There is no way back: what was named in UTF-8 might not be writable.
 */
function switchUtf8(settings: Settings, charset: Charset, value: string): ReplyName | Reply {
  if (value === 'OFF' && charset.name !== 'utf-8')
    return { name: 'done', text: `Names are in ${charset.name}.` }
  if (value !== '' && value !== 'ON') return 'bad_value'
  settings.utf8 = true
  return { name: 'done', text: 'UTF-8 is on.' }
}

export const HELP: AnyTimeCommand = {
  verb: 'HELP',
  syntax: '[command]',
  phase: 'any',
  argument: 'optional',
  async *run({ commands }, argument) {
    const asked = argument.trim().toUpperCase()
    if (asked === '') {
      yield {
        name: 'help',
        text: 'Commands:',
        lines: inColumns([...commands.filter(isPlain).map(verbOf), 'SITE']),
      }
      return
    }
    if (asked === 'SITE') {
      yield* siteHelp(commands)
      return
    }
    const found = commands.find(command => command.verb === asked)
    if (found) yield { name: 'help', text: `${found.verb} ${found.syntax}`.trimEnd() }
    else yield 'not_implemented'
  },
}

export const SITE_HELP: AnyTimeCommand = {
  verb: 'SITE HELP',
  syntax: '',
  phase: 'any',
  argument: 'optional',
  run: ({ commands }) => siteHelp(commands),
}

async function* siteHelp(commands: readonly CommandInfo[]): Replies {
  const lines = commands.filter(isSite).map(({ verb, syntax }) => ` ${verb} ${syntax}`.trimEnd())
  yield { name: 'help', text: 'SITE commands:', lines }
}

export const SYST: AnyTimeCommand = {
  verb: 'SYST',
  syntax: '',
  phase: 'any',
  argument: 'none',
  async *run() {
    yield 'system_type'
  },
}

export const NOOP: AnyTimeCommand = {
  verb: 'NOOP',
  syntax: '',
  phase: 'any',
  argument: 'optional',
  duringTransfer: true,
  async *run() {
    yield 'done'
  },
}

/** Some clients tell their name; nothing is done with it. */
export const CLNT: AnyTimeCommand = {
  verb: 'CLNT',
  syntax: 'name',
  phase: 'any',
  argument: 'required',
  feat: () => ['CLNT'],
  async *run() {
    yield 'done'
  },
}

/**
 * Replies are in English (RFC 2640 §4); LANG without a language, or with EN, asks for just that. Who sends it takes the
 * server for one of RFC 2640, so all is UTF-8 from then on: lftp does so whatever its `ftp:charset` is.
 */
export const LANG: AnyTimeCommand = {
  verb: 'LANG',
  syntax: '[EN]',
  phase: 'any',
  argument: 'optional',
  feat: () => ['LANG EN*'],
  async *run({ settings }, argument) {
    const tag = argument.trim()
    if (tag !== '' && !/^[a-z]{1,8}(-[a-z0-9]{1,8})*\*?$/i.test(tag)) throw new Fault('bad_parameter')
    const english = tag === '' || /^EN(-|$)/i.test(tag)
    if (english) settings.utf8 = true
    yield english ? 'done' : 'bad_value'
  },
}

/** In a transfer it waits for the end of it (RFC 959 §4.1.1). */
export const QUIT: AnyTimeCommand = {
  verb: 'QUIT',
  syntax: '',
  phase: 'any',
  argument: 'none',
  async *run({ quit }) {
    quit()
    yield 'goodbye'
  },
}

const isPlain = (command: CommandInfo): boolean => !command.verb.includes(' ')
const isSite = (command: CommandInfo): boolean => command.verb.startsWith('SITE ')
const verbOf = (command: CommandInfo): string => command.verb

function inColumns(words: readonly string[]): string[] {
  const lines: string[] = []
  for (let i = 0; i < words.length; i += 10) {
    const row = words.slice(i, i + 10).map(word => ` ${word.padEnd(5)}`)
    lines.push(row.join('').trimEnd())
  }
  return lines
}

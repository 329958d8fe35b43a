import type { Right } from '../core/permission.js'
import type { Entry } from '../core/ports.js'
import { formatTimeVal } from './timestamps.js'

/** The facts of MLST and MLSD (RFC 3659 §7.5), spelled and ordered as they are sent. */
export const FACTS = ['type', 'size', 'modify', 'perm', 'unique', 'UNIX.mode'] as const

export type Fact = (typeof FACTS)[number]

/** What may be done with an entry: the rights over itself, and for a folder whether one may enter it. */
export interface Permitted {
  readonly rights: ReadonlySet<Right>
  readonly enter: boolean
}

/**
 * Reads the argument of OPTS MLST: facts separated and ended by semicolons, in any case. Unknown ones are dropped
 * (RFC 3659 §7.9).
 */
export function parseFacts(text: string): ReadonlySet<Fact> {
  const asked = new Set(text.toLowerCase().split(';'))
  return new Set(FACTS.filter(fact => asked.has(fact.toLowerCase())))
}

/** `type*;size*;…`: every fact, a star behind those that will be sent (RFC 3659 §7.8). */
export const describeFacts = (selected: ReadonlySet<Fact>): string =>
  FACTS.map(fact => `${fact}${selected.has(fact) ? '*' : ''};`).join('')

/** The facts of an entry, without the space and the name that follow. */
export function formatFacts(entry: Entry, selected: ReadonlySet<Fact>, permitted: Permitted): string {
  let text = ''
  for (const fact of FACTS) {
    const value = selected.has(fact) ? factValue(fact, entry, permitted) : undefined
    if (value !== undefined) text += `${fact}=${value};`
  }
  return text
}

function factValue(fact: Fact, entry: Entry, permitted: Permitted): string | undefined {
  switch (fact) {
    case 'type':
      return entry.type
    case 'size':
      return entry.type === 'file' ? String(entry.size) : undefined
    case 'modify':
      return formatTimeVal(entry.modified)
    case 'perm':
      return entry.type === 'file' ? filePerm(permitted) : folderPerm(permitted)
    case 'unique':
      return entry.unique
    case 'UNIX.mode':
      return `0${entry.mode.toString(8).padStart(3, '0')}`
  }
}

/** RFC 3659 §7.5.5: append, delete, rename, retrieve, store. */
const filePerm = ({ rights }: Permitted): string =>
  flag(rights.has('append'), 'a') +
  flag(rights.has('delete'), 'd') +
  flag(rights.has('rename'), 'f') +
  flag(rights.has('read'), 'r') +
  flag(rights.has('overwrite'), 'w')

/** RFC 3659 §7.5.5: create files, delete, enter, rename, list, make folders, purge. */
const folderPerm = ({ rights, enter }: Permitted): string =>
  flag(rights.has('create'), 'c') +
  flag(rights.has('removeDir'), 'd') +
  flag(enter, 'e') +
  flag(rights.has('rename'), 'f') +
  flag(rights.has('list'), 'l') +
  flag(rights.has('makeDir'), 'm') +
  flag(rights.has('delete'), 'p')

const flag = (set: boolean, letter: string): string => (set ? letter : '')

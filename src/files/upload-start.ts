import { Fault } from '../core/fault.js'
import type { Right } from '../core/permission.js'

/** What the file is made from before the client's bytes come. */
export type Start =
  | { readonly from: 'nothing' }
  /** The own partial goes on, cut to so many bytes. */
  | { readonly from: 'partial'; readonly bytes: number }
  /** So many bytes of the file as it is, or all of it, are copied. */
  | { readonly from: 'stored'; readonly bytes: number | 'all' }

/** What is there, in bytes; undefined for what is not. */
export interface Sizes {
  readonly stored: number | undefined
  readonly partial: { readonly whole: number; readonly reported: number } | undefined
}

/**
 * Where an upload starts, by the rights it has. Going on with the own partial needs what its first try needed:
 * `create` for a new file, `overwrite` for one that is there. Otherwise `create` for a new file, `overwrite` to start
 * an existing one anew, `append` to go on at its end; going on before its end needs both, because it replaces what
 * came after.
 *
 * @param from offset in bytes, or the end
 * @throws Fault `denied` `bad_range`
 */
export function chooseStart(
  rights: ReadonlySet<Right>,
  { stored, partial }: Sizes,
  from: number | 'end',
): Start {
  if (partial && from !== 0 && (from === 'end' || from <= partial.whole)) {
    require(rights, stored === undefined ? 'create' : 'overwrite')
    return { from: 'partial', bytes: from === 'end' ? partial.reported : from }
  }
  require(rights, ...neededRights(stored, from))
  if (from !== 'end' && from > (stored ?? 0)) throw new Fault('bad_range')
  if (stored === undefined || from === 0) return { from: 'nothing' }
  return { from: 'stored', bytes: from === 'end' ? 'all' : from }
}

function neededRights(stored: number | undefined, from: number | 'end'): Right[] {
  if (stored === undefined) return ['create']
  if (from === 0) return ['overwrite']
  if (from === 'end' || from >= stored) return ['append']
  return ['append', 'overwrite']
}

function require(rights: ReadonlySet<Right>, ...needed: readonly Right[]): void {
  const missing = needed.find(right => !rights.has(right))
  if (missing !== undefined) throw new Fault('denied', { right: missing })
}

import { Fault } from '../core/fault.js'
import type { Right } from '../core/permission.js'

/**
 * What an upload needs: `create` for a new file, `overwrite` to start an existing one anew, `append` to go on at
 * its end. Going on before its end needs both, because it replaces what came after.
 *
 * @param size bytes of the existing file; undefined when there is none
 * @param from offset in bytes, or the end
 * @throws Fault `denied` `bad_range`
 */
export function requireUploadRight(
  rights: ReadonlySet<Right>,
  size: number | undefined,
  from: number | 'end',
): void {
  const missing = neededRights(size, from).find(right => !rights.has(right))
  if (missing !== undefined) throw new Fault('denied', { right: missing })
  if (from !== 'end' && from > (size ?? 0)) throw new Fault('bad_range')
}

function neededRights(size: number | undefined, from: number | 'end'): Right[] {
  if (size === undefined) return ['create']
  if (from === 0) return ['overwrite']
  if (from === 'end' || from >= size) return ['append']
  return ['append', 'overwrite']
}

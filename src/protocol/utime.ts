import { Fault } from '../core/fault.js'

/** `path accessed modified created UTC`, as ncftp and older releases of lftp send it. */
const TIMES_LAST = /^(.+) \d{12,14} (\d{12}|\d{14}) \d{12,14} UTC$/is
/** `modified path`, as WinSCP and lftp send it. */
const TIME_FIRST = /^(\d{12}|\d{14}) (.+)$/s

/**
 * Tells time and path of SITE UTIME apart, whichever comes first.
 *
 * @throws Fault `bad_parameter` for neither form, and for what could be both: it might be another file
 */
export function splitUtime(argument: string): { time: string; path: string } {
  const last = TIMES_LAST.exec(argument)
  const first = TIME_FIRST.exec(argument)
  if (last && !first) return { time: last[2] as string, path: last[1] as string }
  if (first && !last) return { time: first[1] as string, path: first[2] as string }
  throw new Fault('bad_parameter')
}

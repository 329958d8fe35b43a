import { Fault } from '../core/fault.js'
import type { FaultKind } from '../core/reason.js'

/** What a failed system call means to the client (errno(3)); every other errno is a `storage_error`. */
const KINDS: Readonly<Record<string, FaultKind>> = {
  // what is forbidden by the host looks absent too
  ENOENT: 'not_found',
  ENOTDIR: 'not_found',
  ELOOP: 'not_found',
  EACCES: 'not_found',
  EPERM: 'not_found',
  ENXIO: 'not_found',
  ENAMETOOLONG: 'name_not_allowed',
  EILSEQ: 'name_not_allowed',
  EEXIST: 'exists',
  ENOTEMPTY: 'not_empty',
  EISDIR: 'not_a_file',
  EXDEV: 'other_filesystem',
  ENOSPC: 'no_space',
  EDQUOT: 'no_space',
  EFBIG: 'no_space',
}

/** The errno name of a failed system call; undefined for anything else that was thrown. */
export const errnoOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error &&
  'errno' in thrown &&
  typeof thrown.errno === 'number' &&
  'code' in thrown &&
  typeof thrown.code === 'string'
    ? thrown.code
    : undefined

/** What a failed system call threw, in a form that goes from thread to thread whole. */
export type SystemError = Pick<NodeJS.ErrnoException, 'code' | 'errno' | 'syscall' | 'message'>

/** Throws `thrown` when it is anything else. */
export function asSystemError(thrown: unknown): SystemError {
  if (errnoOf(thrown) === undefined) throw thrown
  const { code, errno, syscall, message } = thrown as SystemError
  return { code, errno, syscall, message }
}

/** What was thrown in the other thread. */
export const systemError = (error: SystemError): Error => Object.assign(new Error(error.message), error)

/** A failed system call as a Fault that keeps it as its cause; anything else unchanged. */
export function fromErrno(thrown: unknown): unknown {
  const code = errnoOf(thrown)
  return code === undefined ? thrown : new Fault(KINDS[code] ?? 'storage_error', { cause: thrown })
}

/** Runs `work` and turns a failed system call in it into a Fault. */
export async function withFaults<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw fromErrno(error)
  }
}

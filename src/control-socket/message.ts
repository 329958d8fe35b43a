// One request and one answer for each connection, both a line of JSON.

/** No request is as long. */
export const MAX_REQUEST_BYTES = 4096
/** No answer is as long: lists are cut before. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024
/** Entries of a list that is sent; it says how many more there are. */
const MAX_ENTRIES = 10_000

export interface Request {
  readonly command: string
  /** What the command is about, such as an address. */
  readonly argument?: string | undefined
}

/** A list as it is sent. */
export interface Listed<T> {
  readonly entries: readonly T[]
  /** How many there are beyond those. */
  readonly more: number
}

export type Answer =
  | { readonly ok: true; readonly result: unknown }
  /** `wrong`: the request or the configuration is at fault, and asking again will not help. */
  | { readonly ok: false; readonly wrong: boolean; readonly error: string }

export const listed = <T>(all: readonly T[]): Listed<T> => ({
  entries: all.slice(0, MAX_ENTRIES),
  more: Math.max(0, all.length - MAX_ENTRIES),
})

/** A request that was understood and refused; the message is for the operator. */
export class Refusal extends Error {
  readonly wrong: boolean

  constructor(message: string, { wrong = false } = {}) {
    super(message)
    this.name = 'Refusal'
    this.wrong = wrong
  }
}

/** @throws Refusal for what is no request */
export function parseRequest(line: string): Request {
  const value = parseObject(line)
  if (typeof value?.command !== 'string') throw new Refusal('not a request', { wrong: true })
  return {
    command: value.command,
    argument: typeof value.argument === 'string' ? value.argument : undefined,
  }
}

/** Undefined for what is no answer. */
export function parseAnswer(line: string): Answer | undefined {
  const value = parseObject(line)
  if (value?.ok === true) return { ok: true, result: value.result }
  if (value?.ok !== false || typeof value.error !== 'string') return undefined
  return { ok: false, wrong: value.wrong === true, error: value.error }
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

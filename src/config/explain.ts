import type * as z from 'zod'
import { keysAt, pathsOfKey } from './known-keys.js'
import { nearest } from './nearest.js'
import { formatPath, type Problem } from './problem.js'
import type { Source } from './source.js'

type Issue = z.core.$ZodIssue

const NOUNS: Readonly<Record<string, string>> = {
  object: 'a section of keys',
  record: 'a section of keys',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

/** What schemas that do not say it themselves expect, as a phrase that completes "expected …". */
export const expectation: z.core.$ZodErrorMap = issue => {
  if (issue.code === 'invalid_value') return listOf(issue.values.map(String), 'or')
  if (issue.code === 'invalid_type') return NOUNS[issue.expected] ?? issue.expected
  return undefined
}

/** What zod found, told to people: one problem for each place. */
export function explain(issues: readonly Issue[], source: Source): Problem[] {
  const told = new Set<string>()
  return issues
    .flatMap(issue => narrow(issue))
    .flatMap(issue => {
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map(key => unknownKey(issue.path, key, source))
      // A value that fails one check of a schema often fails the next one too.
      const place = formatPath(issue.path)
      const complete = issue.code === 'custom' && issue.params?.complete === true
      if (!complete && told.has(place)) return []
      told.add(place)
      return [complete ? clash(issue, source) : wrongValue(issue, source)]
    })
}

/** Of a value that may take several forms, the complaint about the form it has. */
function narrow(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const inside = issue.errors.find(form => form.some(({ path }) => path.length > 0))
  if (inside)
    return inside.flatMap(inner => narrow({ ...inner, path: [...issue.path, ...inner.path] } as Issue))
  const values = issue.errors.flat().flatMap(inner => (inner.code === 'invalid_value' ? inner.values : []))
  return [values.length > 0 ? { ...issue, code: 'invalid_value', values } : issue] as Issue[]
}

function unknownKey(section: readonly PropertyKey[], key: string, source: Source): Problem {
  const known = keysAt(section)
  const elsewhere = pathsOfKey(key)
  const close = nearest(key, known) ?? (elsewhere.length === 1 ? elsewhere[0] : undefined)
  const expected = listOf(known, 'or')
  return source.problem([...section, key], {
    message: `unknown key; ${close ? `did you mean "${close}"?` : `known here: ${listOf(known, 'and')}`}`,
    text: key,
    expected,
    nearest: close,
    atKey: true,
  })
}

function clash({ path, message, params }: Issue & { code: 'custom' }, source: Source): Problem {
  const other = params?.otherPath as PropertyKey[] | undefined
  const place = other !== undefined && !source.stands(path) ? other : path
  return source.problem(place, {
    message,
    text: source.textOf(place),
    atKey: params?.atKey === true,
  })
}

function wrongValue(issue: Issue, source: Source): Problem {
  const expected = issue.message
  const atKey = issue.code === 'custom' && issue.params?.atKey === true
  const text = atKey ? JSON.stringify(issue.path.at(-1)) : source.textOf(issue.path)
  const missing = issue.code === 'invalid_type' && !source.stands(issue.path)
  const close = closest(issue, text)
  const found = text === undefined ? '' : `, found ${text}`
  const hint = close === undefined ? '' : `; did you mean "${close}"?`
  return source.problem(issue.path, {
    message: missing ? `is missing; expected ${expected}` : `expected ${expected}${found}${hint}`,
    text,
    expected,
    nearest: close,
    atKey,
  })
}

function closest(issue: Issue, text: string | undefined): string | undefined {
  if (issue.code === 'custom') return issue.params?.nearest as string | undefined
  if (issue.code !== 'invalid_value' || text === undefined) return undefined
  return nearest(text.replaceAll('"', ''), issue.values.map(String))
}

const listOf = (words: readonly string[], last: 'and' | 'or'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`

import { isAbsolute, relative } from 'node:path'

/** One mistake in a configuration file. */
export interface Problem {
  /** Absolute path of the file. */
  readonly file: string
  /** From 1; 0 when the mistake is the file itself. */
  readonly line: number
  /** From 1; 0 when the mistake is the file itself. */
  readonly column: number
  /** The key, for instance `users[0].home`; empty for the file as a whole. */
  readonly path: string
  /** What is wrong and what to do, in one line. Holds no secret. */
  readonly message: string
  /** What stands there; undefined for secrets and where nothing stands. */
  readonly text: string | undefined
  /** What should stand there. */
  readonly expected: string | undefined
  /** What was most likely meant. */
  readonly nearest: string | undefined
}

/** `server.timeouts.idle`, `users[0].grants["/in box"]`. */
export const formatPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    const name = String(step)
    if (!/^[\w-]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`
    return text === '' ? name : `${text}.${name}`
  }, '')

/** The path from here where that is shorter to read and still clickable. */
export const shownPath = (file: string): string => {
  const fromHere = relative(process.cwd(), file)
  return fromHere === '' || fromHere.startsWith('..') || isAbsolute(fromHere) ? file : fromHere
}

/** `portcullis.yaml:12:5  server.timeouts.idel: unknown key; did you mean "idle"?` */
const formatProblem = ({ file, line, column, path, message }: Problem): string =>
  `${shownPath(file)}${line > 0 ? `:${line}:${column}` : ''}  ${path === '' ? '' : `${path}: `}${message}`

/** A configuration that cannot be used; `message` lists every problem, one per line. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** A problem with the file as a whole. */
export const fileProblem = (file: string, message: string): Problem => ({
  file,
  line: 0,
  column: 0,
  path: '',
  message,
  text: undefined,
  expected: undefined,
  nearest: undefined,
})

import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { expectation, explain } from './explain.js'
import { ConfigError, fileProblem, type Problem } from './problem.js'
import { exposures, resolveSettings } from './resolve.js'
import { type Config, configSchema } from './schema.js'
import { Source } from './source.js'

/** @throws ConfigError with every problem of the file */
export async function loadConfig(file: string): Promise<Config> {
  const path = resolve(file)
  return parseConfig(await readConfigText(path), path)
}

/** The text of the file. @throws ConfigError that says what to do when there is none */
export async function readConfigText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'no such file; write a first one with: portcullis init (or name another with --config FILE)',
      EACCES: 'may not be read by this user',
      EISDIR: 'is a folder, not a file',
    }
    throw new ConfigError([fileProblem(path, reasons[code ?? ''] ?? `cannot be read (${code})`)])
  }
}

/** As {@link loadConfig} for a text at hand; `file` is its absolute path. */
export async function parseConfig(text: string, file: string): Promise<Config> {
  const source = await Source.parse(file, text, dirname(file))
  if (!source.readable) throw new ConfigError(source.problems)
  const result = configSchema.safeParse(source.toValue(), { error: expectation })
  if (!result.success || source.problems.length > 0) {
    const found = result.success ? [] : explain(result.error.issues, source)
    throw new ConfigError(inOrder(withoutEchoes([...source.problems, ...found])))
  }
  const config = resolveSettings(result.data, dirname(file))
  const exposed = exposures(config, file)
  if (exposed.length > 0)
    throw new ConfigError(exposed.map(({ path, message }) => source.problem(path, { message })))
  return config
}

/** A value that could not be fetched is wrong in every other way as well: one complaint per key is enough. */
const withoutEchoes = (problems: readonly Problem[]): Problem[] => {
  const first = new Map<string, Problem>()
  return problems.filter(problem => {
    if (problem.path === '') return true
    const earlier = first.get(problem.path)
    if (earlier === undefined) first.set(problem.path, problem)
    return earlier === undefined
  })
}

const inOrder = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((a, b) => a.line - b.line || a.column - b.column)

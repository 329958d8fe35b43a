import { resolve } from 'node:path'
import { splitCode } from '../../auth/totp.js'
import { loadConfig } from '../../config/load.js'
import { shownPath } from '../../config/problem.js'
import type { Config } from '../../config/schema.js'
import { EXIT, UsageError } from '../exit.js'
import { localTarget } from '../local-target.js'
import { print } from '../print.js'
import { type PasswordSource, presentPassword } from '../prompt.js'
import { announced } from './announced.js'
import { certificate } from './certificate.js'
import { clock } from './clock.js'
import { configuration } from './configuration.js'
import { disk } from './disk.js'
import { type Examination, type Result, runExamination, type Scene } from './examination.js'
import { folders } from './folders.js'
import { limits } from './limits.js'
import { passiveRange } from './passive-range.js'
import { account, controlSocket, server } from './server.js'
import { processAt } from './server-process.js'
import { type TrialUser, trial } from './trial.js'

export interface DoctorOptions extends PasswordSource {
  readonly config: string
  /** Where the server listens, when it was started with another than `server.listen.port`. */
  readonly port?: number
  /** Log in as this user. */
  readonly user?: string
}

/** In the order in which they are told; a trial comes behind. */
export const EXAMINATIONS: readonly Examination[] = [
  configuration,
  account,
  controlSocket,
  server,
  certificate,
  passiveRange,
  announced,
  clock,
  folders,
  disk,
  limits,
]

/**
 * Examines the running server and what it stands on. Prints a line for each thing found.
 *
 * @returns 2 when the configuration is not one that a server could start with, 1 for any other problem
 * @throws ConfigError, UsageError
 */
export async function doctor(options: DoctorOptions): Promise<number> {
  const file = resolve(options.config)
  const config = await loadConfig(options.config)
  const user = options.user === undefined ? undefined : await askUser(options.user, config, options)
  if (user === undefined && options.passwordStdin)
    throw new UsageError('--password-stdin is for the password of --user NAME')
  const target = localTarget(config, options.port)
  const scene: Scene = { config, file, target, pid: await processAt(target.port) }
  const examinations = user === undefined ? EXAMINATIONS : [...EXAMINATIONS, trial(user)]
  const reports: Report[] = []
  // One after the other: a limit of connections, and a range of one port, are enough for each of them.
  for (const examination of examinations)
    reports.push({ name: examination.name, results: await runExamination(examination, scene) })
  const width = Math.max(...examinations.map(({ name }) => name.length))
  const told = withoutDoubles(reports)
  for (const { name, result } of told)
    print(`${result.verdict.padEnd(7)}  ${name.padEnd(width)}  ${result.text}`)
  print(summary(told.map(({ result }) => result)))
  if (!told.some(({ result }) => result.verdict === 'problem')) return EXIT.fine
  const unusable = told.some(
    ({ name, result }) => name === configuration.name && result.verdict === 'problem',
  )
  return unusable ? EXIT.wrong : EXIT.failed
}

interface Report {
  readonly name: string
  readonly results: readonly Result[]
}

interface Told {
  readonly name: string
  readonly result: Result
}

/** In the order of the examinations; without warnings of what another one calls a problem. */
function withoutDoubles(reports: readonly Report[]): Told[] {
  const all = reports.flatMap(({ name, results }) => results.map(result => ({ name, result })))
  const problems = new Set(
    all.flatMap(({ result: { verdict, about } }) => (verdict === 'problem' && about ? about : [])),
  )
  return all.filter(
    ({ result: { verdict, about } }) => verdict !== 'warning' || !about || !problems.has(about),
  )
}

function summary(results: readonly Result[]): string {
  const count = (verdict: Result['verdict']) => results.filter(result => result.verdict === verdict).length
  const [problems, warnings] = [count('problem'), count('warning')]
  if (problems + warnings === 0) return 'Nothing is wrong.'
  const told = (number: number, what: string) =>
    `${number === 0 ? 'no' : number} ${what}${number === 1 ? '' : 's'}`
  return `${told(problems, 'problem')}, ${told(warnings, 'warning')}`
}

/** @throws UsageError before anything is tried that would count as a failed login */
async function askUser(name: string, config: Config, options: DoctorOptions): Promise<TrialUser> {
  const user = config.users.find(each => each.name === name)
  if (user === undefined)
    throw new UsageError(
      `${shownPath(resolve(options.config))} has no user "${name}"; see: portcullis user list`,
    )
  const whose = user.totp === null ? name : `${name}, with the one-time code directly behind it`
  const password = await presentPassword(whose, options)
  if (password === '' || /[\0\r\n]/.test(password))
    throw new UsageError('the password is one line, and not empty')
  if (user.totp !== null && splitCode(password) === undefined)
    throw new UsageError(`${name} logs in with a one-time code: give it directly behind the password`)
  return { name, password }
}

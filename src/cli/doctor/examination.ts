import type { Config } from '../../config/schema.js'
import type { LocalTarget } from '../local-target.js'

type Verdict = 'ok' | 'warning' | 'problem'

/** One line of what is told. */
export interface Result {
  readonly verdict: Verdict
  /** What was found; where it is not `ok`, with the remedy. */
  readonly text: string
  /** The key of the configuration it is about. A problem there makes a warning of another examination superfluous. */
  readonly about?: string
}

/** What is examined. */
export interface Scene {
  readonly config: Config
  /** Its file, absolute. */
  readonly file: string
  readonly target: LocalTarget
  /** Of the process that listens at the control port; undefined where it cannot be told. */
  readonly pid: number | undefined
}

export interface Examination {
  readonly name: string
  /** Rejects for what it did not expect; what it opened is closed when it settles, or soon after the signal. */
  examine(scene: Scene, signal: AbortSignal): Promise<readonly Result[]>
}

export const ok = (text: string): Result => ({ verdict: 'ok', text })
export const warning = (text: string, about?: string): Result => result('warning', text, about)
export const problem = (text: string, about?: string): Result => result('problem', text, about)

const result = (verdict: Verdict, text: string, about: string | undefined): Result =>
  about === undefined ? { verdict, text } : { verdict, text, about }

/** Longer than a busy server takes to answer; a name server or a network disk that is lost does not answer at all. */
const TIME_LIMIT_MS = 15_000

/** Whatever becomes of one examination is a result of its own, within the time limit. */
export async function runExamination(
  { examine }: Examination,
  scene: Scene,
  limit = TIME_LIMIT_MS,
): Promise<readonly Result[]> {
  const ending = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<readonly Result[]>(resolve => {
    timer = setTimeout(() => {
      ending.abort(new Error('given up'))
      resolve([
        problem(`not done within ${limit / 1000} s: a disk, a name server or the server itself hangs`),
      ])
    }, limit)
  })
  const failed = (error: unknown) => [problem(`could not be examined: ${(error as Error).message}`)]
  try {
    return await Promise.race([examine(scene, ending.signal).catch(failed), tooLong])
  } finally {
    clearTimeout(timer)
  }
}

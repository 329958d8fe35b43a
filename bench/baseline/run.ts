import type { RunningTarget, Source } from './target.js'
import { bad, type Case, type Outcome, Visit } from './visit.js'

/** Longer than any case takes at a server that answers. */
const CASE_MS = 30_000
const CLEAN_UP_MS = 5_000

/** A case at one server. Never throws: what goes wrong is what happened. */
export async function runCase(test: Case, source: Source): Promise<Outcome> {
  try {
    await using server = await source.open()
    return await runAt(test, server)
  } catch (error) {
    return bad(`the server could not be started: ${(error as Error).message}`)
  }
}

async function runAt(test: Case, server: RunningTarget): Promise<Outcome> {
  const visit = new Visit(server.target)
  const outcome = await within(CASE_MS, test.run(visit), visit).catch(error => bad((error as Error).message))
  if (!server.alive) return bad(`${outcome.text}; the server’s process ended`)
  // A server that cannot be cleaned up any more has shown already what is wrong with it.
  await within(CLEAN_UP_MS, visit.cleanUp(), visit).catch(() => undefined)
  return outcome
}

/** Bounds a wait. Afterwards the visit's connections are closed, so that nothing waits on. */
async function within<T>(milliseconds: number, work: Promise<T>, visit: Visit): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    const late = () => reject(new Error(`hangs: nothing came of it in ${milliseconds / 1000} s`))
    timer = setTimeout(late, milliseconds)
  })
  try {
    return await Promise.race([work, expired])
  } finally {
    clearTimeout(timer)
    visit[Symbol.dispose]()
  }
}

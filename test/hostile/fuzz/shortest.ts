import { play } from './play.js'
import { Scene } from './scene.js'
import type { Action, Stream } from './stream.js'

/** Each try is a server of its own. */
const MOST_TRIES = 150

/** What a stream shows when it is played alone at a new server; undefined when all is well. */
export async function failureOf(stream: Stream): Promise<string | undefined> {
  await using scene = await Scene.open(1)
  try {
    await play(scene, 0, stream)
    if (!scene.server.alive) return 'the server is gone'
    await scene.checkOutside()
    return scene.server.errors[0]
  } catch (error) {
    return (error as Error).message
  }
}

/**
 * The stream without what is not needed for it to fail: halves, quarters and so on are left out of its actions, then
 * of the lines in them, as long as it still fails. Undefined when it does not fail alone.
 */
export async function shortest(stream: Stream): Promise<{ stream: Stream; failure: string } | undefined> {
  let failure = await failureOf(stream)
  if (failure === undefined) return undefined
  let tries = MOST_TRIES
  const stillFails = async (actions: readonly Action[]): Promise<boolean> => {
    if (tries-- <= 0) return false
    const found = await failureOf({ ...stream, actions })
    failure = found ?? failure
    return found !== undefined
  }
  let actions = await reduced(stream.actions, stillFails)
  for (const [at, action] of actions.entries()) {
    if (action.do !== 'lines') continue
    const withLines = (lines: readonly string[]) => actions.with(at, { ...action, lines })
    actions = withLines(await reduced(action.lines, lines => stillFails(withLines(lines))))
  }
  return { stream: { ...stream, actions }, failure: failure ?? '' }
}

async function reduced<T>(
  list: readonly T[],
  fails: (shorter: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = list
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length; ) {
      const shorter = [...kept.slice(0, at), ...kept.slice(at + size)]
      if (await fails(shorter)) kept = shorter
      else at += size
    }
  }
  return kept
}

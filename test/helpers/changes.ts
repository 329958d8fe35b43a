import { watch } from 'node:fs'

/**
 * Looks now and whenever something changes in the folder or file, until there is something to see. Of several changes
 * during one look the next look sees all; the iterator of `node:fs/promises` forgets them on Node 20.
 *
 * @throws Error after 20 seconds, or what `look` throws
 */
export function seen<T>(path: string, look: () => Promise<T | undefined>): Promise<T> {
  return new Promise((resolve, reject) => {
    const lookOnce = async () => {
      const found = await look()
      if (found !== undefined) end(() => resolve(found))
    }
    const lookAgain = () => void lookOnce().catch(error => end(() => reject(error)))
    const watcher = watch(path, lookAgain)
    const limit = setTimeout(
      () => end(() => reject(new Error(`what is waited for in ${path} does not come`))),
      20_000,
    )
    const end = (settle: () => void) => {
      clearTimeout(limit)
      watcher.close()
      settle()
    }
    lookAgain()
  })
}

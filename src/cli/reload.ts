import { answerOf, type ListOptions } from './ask-server.js'
import type { ReloadResult } from './control-commands.js'
import { EXIT } from './exit.js'
import { complain, print } from './print.js'

/** Has the running server take in its configuration, and tells what came of it. */
export async function reload(options: ListOptions): Promise<number> {
  const answer = await answerOf({ command: 'reload' }, options)
  if (!answer.ok) {
    complain(answer.error)
    complain('portcullis: not reloaded; the old configuration stays in force')
    return answer.wrong ? EXIT.wrong : EXIT.failed
  }
  const result = answer.result as ReloadResult
  if (options.json) {
    print(JSON.stringify(result))
    return EXIT.fine
  }
  const { users, needsRestart } = result
  print(`Reloaded: ${users} ${users === 1 ? 'user' : 'users'}.`)
  if (needsRestart.length > 0)
    complain(`These keys were changed and need a restart: ${needsRestart.join(', ')}`)
  return EXIT.fine
}

import { type AskOptions, askForList, askServer, type ListOptions } from './ask-server.js'
import type { SessionLine } from './control-commands.js'
import { EXIT } from './exit.js'
import { print } from './print.js'
import { printTable } from './table.js'

/** Who is connected, and what each does. */
export async function sessionsList(options: ListOptions): Promise<number> {
  const sessions = await askForList<SessionLine>('sessions.list', options)
  if (options.json) print(JSON.stringify(sessions))
  else if (sessions.length === 0) print('Nobody is connected.')
  else
    printTable(
      ['ID', 'USER', 'ADDRESS', 'SINCE', 'STATE', 'BYTES'],
      sessions.map(({ id, user, address, since, state, bytes }) => [
        id,
        user ?? '-',
        address,
        since,
        state,
        bytes === null ? '-' : String(bytes),
      ]),
    )
  return EXIT.fine
}

/** Ends one; exits with 1 when there is none of that id. */
export async function sessionsEnd(id: string, options: AskOptions): Promise<number> {
  const request = { command: 'sessions.end', argument: id }
  const { user, address } = await askServer<SessionLine>(request, options)
  print(`The session of ${user ?? 'nobody yet'} from ${address} ends.`)
  return EXIT.fine
}

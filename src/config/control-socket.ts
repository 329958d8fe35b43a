import { dirname, join, resolve } from 'node:path'
import { isScalar, parseDocument } from 'yaml'
import { loadConfig, readConfigText } from './load.js'
import { ConfigError } from './problem.js'
import { audit } from './sections.js'

/**
 * Where the server that was started with this file can be asked; null for nowhere. A file with mistakes still tells, as
 * far as these concern other keys: whoever edits it has not lost the server that runs.
 *
 * @throws ConfigError
 */
export async function controlSocketOf(file: string): Promise<string | null> {
  try {
    return (await loadConfig(file)).server.controlSocket
  } catch (error) {
    const found = error instanceof ConfigError ? roughly(await readConfigText(resolve(file))) : undefined
    if (found === undefined) throw error
    return found && resolve(dirname(resolve(file)), found)
  }
}

/** As written; undefined when that is not to be told without the rest. */
function roughly(text: string): string | null | undefined {
  const document = parseDocument(text)
  if (document.errors.length > 0) return undefined
  const written = (section: string, key: string): unknown => {
    const node: unknown = document.getIn([section, key], true)
    // Behind a tag stands the name of a file or a variable.
    return isScalar(node) && !node.tag?.startsWith('!') ? node.value : node
  }
  const socket = written('server', 'controlSocket')
  if (socket === null || typeof socket === 'string') return socket
  const file = audit().shape.file.safeParse(written('audit', 'file'))
  return socket === undefined && file.success ? join(dirname(file.data), 'control.sock') : undefined
}

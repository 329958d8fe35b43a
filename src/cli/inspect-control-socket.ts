import { dirname } from 'node:path'
import type { Config } from '../config/schema.js'
import { checkPlace, PlaceError } from '../control-socket/place.js'
import type { Finding } from './certificates.js'

/** What would keep the server from making its control socket. */
export async function inspectControlSocket({ server, audit }: Config): Promise<Finding[]> {
  if (server.controlSocket === null || process.platform === 'win32') return []
  try {
    await checkPlace(server.controlSocket)
    return []
  } catch (error) {
    if (!(error instanceof PlaceError)) throw error
    // The folder of the audit log is made when it is first needed.
    const isMade = dirname(server.controlSocket) === dirname(audit.file)
    if (isMade && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return []
    return [{ level: 'error', path: 'server.controlSocket', message: error.message }]
  }
}

import type { Config } from '../config/schema.js'

/** Of the keys that are read once, when the server starts, those that are different now. */
export function needRestart(before: Config, after: Config): string[] {
  const once: [key: string, of: (config: Config) => unknown][] = [
    ['server.listen', config => config.server.listen],
    ['server.controlSocket', config => config.server.controlSocket],
    ['server.workers', config => config.server.workers],
    ['audit', config => config.audit],
    ['auth.state', config => config.auth.state],
    ['auth.store', config => config.auth.store],
    ['auth.verification', config => config.auth.verification],
    ['onUpload.queue.folder', config => config.onUpload.queue.folder],
    ['hashing', config => config.hashing],
    ['log', config => config.log],
    ['filesystem', config => config.filesystem],
  ]
  return once.filter(([, of]) => JSON.stringify(of(before)) !== JSON.stringify(of(after))).map(([key]) => key)
}

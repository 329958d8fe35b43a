import { dirname, join, resolve, sep } from 'node:path'
import { type DeepReadonly, deepFreeze } from './freeze.js'
import type { Config, Settings, UserConfig } from './schema.js'

/** Makes paths absolute from `folder` (that of the file) and fills in what one key takes from another. */
export function resolveSettings(settings: Settings, folder: string): Config {
  const root = resolve(folder, settings.storage.root)
  const auditFile = resolve(folder, settings.audit.file)
  const { controlSocket = join(dirname(auditFile), 'control.sock') } = settings.server
  return deepFreeze({
    ...settings,
    server: { ...settings.server, controlSocket: controlSocket && resolve(folder, controlSocket) },
    tls: {
      ...settings.tls,
      certificates: settings.tls.certificates.map(({ cert, key }) => ({
        cert: resolve(folder, cert),
        key: resolve(folder, key),
      })),
      clientCertificates: {
        ...settings.tls.clientCertificates,
        ca: settings.tls.clientCertificates.ca.map(file => resolve(folder, file)),
        crl: settings.tls.clientCertificates.crl.map(file => resolve(folder, file)),
      },
    },
    auth: { ...settings.auth, state: resolve(folder, settings.auth.state ?? besideAudit(settings)) },
    storage: { ...settings.storage, root },
    onUpload: {
      ...settings.onUpload,
      webhook: settings.onUpload.webhook && {
        ...settings.onUpload.webhook,
        ca: settings.onUpload.webhook.ca && resolve(folder, settings.onUpload.webhook.ca),
      },
      queue: { ...settings.onUpload.queue, folder: resolve(folder, settings.onUpload.queue.folder) },
    },
    audit: { ...settings.audit, file: auditFile },
    users: settings.users.map(user => ({
      ...user,
      home: resolve(root, user.home ?? user.name),
      mounts: user.mounts.map(mount => ({ ...mount, source: resolve(folder, mount.source) })),
      compat: {
        dataSession: user.compat.dataSession ?? settings.tls.dataSession,
        close: user.compat.close ?? settings.uploads.close,
        ascii: user.compat.ascii,
        charset: user.compat.charset,
      },
    })),
  }) as Config
}

const besideAudit = ({ audit }: Settings): string => join(dirname(audit.file), 'limits.json')

const holds = (folder: string, file: string): boolean => file.startsWith(folder === sep ? sep : folder + sep)

export interface Exposure {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** Files of the server that lie inside a home, where a client could read, replace or delete them. */
export function exposures(config: DeepReadonly<Config>, configFile: string): Exposure[] {
  const inHomeOf = (file: string): UserConfig | undefined =>
    config.users.find(({ home, mounts }) =>
      [home, ...mounts.map(({ source }) => source)].some(each => holds(each, file)),
    )
  const { controlSocket } = config.server
  // Beside the audit log it is that one's place which is wrong.
  const apart = (file: string): boolean => dirname(file) !== dirname(config.audit.file)
  const own: (readonly [path: readonly PropertyKey[], file: string])[] = [
    [['audit', 'file'], config.audit.file],
    ...(controlSocket !== null && apart(controlSocket)
      ? [[['server', 'controlSocket'], controlSocket] as const]
      : []),
    ...(apart(config.auth.state) ? [[['auth', 'state'], config.auth.state] as const] : []),
    [['onUpload', 'queue', 'folder'], join(config.onUpload.queue.folder, 'entry')],
    ...config.tls.certificates.map(({ key }, index) => [['tls', 'certificates', index, 'key'], key] as const),
    // Who could replace these would let anyone in.
    ...(['ca', 'crl'] as const).flatMap(key =>
      config.tls.clientCertificates[key].map(file => [['tls', 'clientCertificates', key], file] as const),
    ),
    [[], configFile],
  ]
  return own.flatMap(([path, file]) => {
    const user = inHomeOf(file)
    if (user === undefined) return []
    const what = path.length === 0 ? 'this file ' : ''
    return [
      { path, message: `${what}lies inside a folder of user "${user.name}", where a client could reach it` },
    ]
  })
}

import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PASSWORD, USER } from '../../baseline/scene.js'
import type { Server } from '../server.js'
import { cryptPassword } from './crypt.js'
import { freePort, startDaemon } from './daemon.js'
import { found, missingForRoot, SERVED_AS } from './found.js'

/** Beside the program: its own default is right only where it was installed to. */
const modules = (): string => join(dirname(dirname(found('proftpd') ?? '')), 'lib', 'proftpd')

export const proftpd: Server = {
  id: 'proftpd',
  async missing() {
    const why = missingForRoot('proftpd', 'openssl')
    if (why !== undefined) return why
    return existsSync(join(modules(), 'mod_tls.so')) ? undefined : 'its mod_tls is not installed'
  },
  async open({ folder, home, cert, key, passive }) {
    const own = join(folder, 'proftpd')
    await mkdir(own, { recursive: true })
    const port = await freePort()
    const users = join(own, 'users')
    const { name, group, uid, gid } = SERVED_AS
    const line = [USER, await cryptPassword(PASSWORD), uid, gid, '', home, '/bin/false'].join(':')
    await writeFile(users, `${line}\n`, { mode: 0o600 })
    const file = join(own, 'proftpd.conf')
    const settings = [
      `ModulePath ${modules()}`,
      'LoadModule mod_tls.c',
      'ServerType standalone',
      'DefaultAddress 127.0.0.1',
      `Port ${port}`,
      `PidFile ${join(own, 'pid')}`,
      `ScoreboardFile ${join(own, 'scoreboard')}`,
      'DelayTable none',
      `User ${name}`,
      `Group ${group}`,
      'MaxInstances none',
      'UseReverseDNS off',
      'UseIPv6 off',
      'AuthOrder mod_auth_file.c',
      `AuthUserFile ${users}`,
      'RequireValidShell off',
      'DefaultRoot ~',
      'WtmpLog off',
      'SystemLog none',
      'TransferLog none',
      'AllowOverwrite on',
      `PassivePorts ${passive.replace('-', ' ')}`,
      'TLSEngine on',
      'TLSRequired on',
      'TLSProtocol TLSv1.3',
      'TLSOptions UseImplicitSSL',
      `TLSECCertificateFile ${cert}`,
      `TLSECCertificateKeyFile ${key}`,
    ]
    await writeFile(file, `${settings.join('\n')}\n`, { mode: 0o600 })
    const address = { port, user: USER, password: PASSWORD, explicit: false }
    return await startDaemon(found('proftpd') ?? '', ['-n', '-q', '-c', file], address)
  },
}

import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PASSWORD, USER } from '../../baseline/scene.js'
import type { Server } from '../server.js'
import { cryptPassword } from './crypt.js'
import { freePort, startDaemon } from './daemon.js'
import { found, missingForRoot, SERVED_AS } from './found.js'

const run = promisify(execFile)

/** Packages of it have no implicit mode: the clients begin with AUTH TLS. */
export const pureFtpd: Server = {
  id: 'pure-ftpd',
  missing: async () => missingForRoot('pure-ftpd', 'pure-pw', 'openssl'),
  async open({ folder, home, cert, key, passive }) {
    const own = join(folder, 'pure-ftpd')
    await mkdir(own, { recursive: true })
    const port = await freePort()
    const [users, database, pem] = [join(own, 'users'), join(own, 'users.pdb'), join(own, 'both.pem')]
    const { uid, gid } = SERVED_AS
    const line = [USER, await cryptPassword(PASSWORD), uid, gid, '', `${home}/./`].join(':')
    await writeFile(users, `${line}${':'.repeat(12)}\n`, { mode: 0o600 })
    await run(found('pure-pw') ?? '', ['mkdb', database, '-f', users])
    await writeFile(pem, `${await readFile(key, 'utf8')}\n${await readFile(cert, 'utf8')}`, { mode: 0o600 })
    const args = [
      ...['-S', `127.0.0.1,${port}`, '-l', `puredb:${database}`, '-p', passive.replace('-', ':')],
      // TLS on both channels, no reverse lookups, everybody here at once, no limit to a listing
      ...['-Y', '3', '-2', pem, '-H', '-c', '20000', '-C', '20000', '-L', '1000000:5'],
      ...['-g', join(own, 'pid'), '-u', '1'],
    ]
    const address = { port, user: USER, password: PASSWORD, explicit: true }
    return await startDaemon(found('pure-ftpd') ?? '', args, address)
  },
}

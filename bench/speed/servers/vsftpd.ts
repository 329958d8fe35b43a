import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Server } from '../server.js'
import { freePort, startDaemon } from './daemon.js'
import { found, missingForRoot, SERVED_AS } from './found.js'

/** Its users are those of PAM, which is the machine's to configure: here anybody, with no password to verify. */
export const vsftpd: Server = {
  id: 'vsftpd',
  missing: async () => missingForRoot('vsftpd'),
  async open({ folder, home, cert, key, passive }) {
    const [from, to] = passive.split('-')
    const port = await freePort()
    const empty = join(folder, 'empty')
    await mkdir(empty, { recursive: true })
    const settings = {
      listen: 'YES',
      background: 'NO',
      listen_address: '127.0.0.1',
      listen_port: port,
      anonymous_enable: 'YES',
      local_enable: 'NO',
      ftp_username: SERVED_AS.name,
      anon_root: home,
      write_enable: 'YES',
      anon_upload_enable: 'YES',
      anon_other_write_enable: 'YES',
      allow_writeable_chroot: 'YES',
      secure_chroot_dir: empty,
      ssl_enable: 'YES',
      implicit_ssl: 'YES',
      allow_anon_ssl: 'YES',
      force_anon_data_ssl: 'YES',
      force_anon_logins_ssl: 'YES',
      ssl_ciphers: 'HIGH',
      rsa_cert_file: cert,
      rsa_private_key_file: key,
      pasv_min_port: from,
      pasv_max_port: to,
      max_clients: 0,
      max_per_ip: 0,
      xferlog_enable: 'NO',
      // Its list of system calls is older than the libraries it is built with: sessions would be killed.
      seccomp_sandbox: 'NO',
    }
    const file = join(folder, 'vsftpd.conf')
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
    await writeFile(file, lines.join(''), { mode: 0o600 })
    const address = { port, user: 'anonymous', password: 'any', explicit: false }
    return await startDaemon(found('vsftpd') ?? '', [file], address)
  },
}

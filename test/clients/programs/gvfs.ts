import { join } from 'node:path'
import { authority, type Client, escaped, pairsAtOnce, type Site, type Task } from './client.js'

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

function script(site: Site, task: Task): string[] {
  const url = (path: string): string => quote(`ftpis://${site.user}@${authority(site)}${escaped(path)}`)
  switch (task.do) {
    case 'list':
      return [`gio list ${url(task.folder)}`]
    case 'put':
      return task.pairs.map(([from, to]) => `gio copy ${quote(from)} ${url(to)}`)
    case 'get':
      return task.pairs.map(([from, to]) => `gio copy ${url(from)} ${quote(to)}`)
    case 'move':
      return [`gio move ${url(task.pair[0])} ${url(task.pair[1])}`]
    case 'remove':
      return [`gio remove ${url(task.path)}`]
    case 'get at once': {
      const pairs = pairsAtOnce(task.pair, task.names)
      const copies = pairs.map(([from, to]) => `gio copy ${url(from)} ${quote(to)} & pids="$pids $!"`)
      return [...copies, 'for pid in $pids; do wait $pid; done']
    }
    default:
      throw new Error(`gio does not ${task.do}`)
  }
}

const NO_TLS_1_3 = "printf '[overrides]\\ndisabled-version = tls1.3\\n' > gnutls.conf"
const NO_FOLDERS = '`gio` copies one file at a time; a file manager walks the folders'

export const gvfs: Client = {
  name: 'gvfs (`gio`)',
  needs: ['gio', 'dbus-run-session'],
  files: { '/usr/libexec/gvfsd-ftp': 'gvfs-backends' },
  dataSession: 'prefer',
  settings: '`ftpis://`; one transfer at a time needs no `prefer`',
  cannot: {
    'resume upload': 'gvfs does not resume',
    'resume download': 'gvfs does not resume',
    'tree up': NO_FOLDERS,
    'tree down': NO_FOLDERS,
    aborted: 'when a program is killed, `gvfsd` ends its upload properly, as if the file were whole',
  },
  shows: { 'no right': 'Operation failed', 'over quota': 'No space left on server' },
  commands(site, task) {
    const lines = [
      'set -e',
      'cd "$HOME"',
      'mkdir -p -m 700 run',
      ...(site.version === 'TLSv1.2' ? [NO_TLS_1_3] : []),
      // It shows the certificate and asks; then for the password.
      `printf '1\\n%s\\n' ${quote(site.password)} | gio mount ${quote(`ftpis://${site.user}@${authority(site)}/`)} >&2`,
      ...script(site, task),
    ]
    return [
      {
        program: 'dbus-run-session',
        args: ['--', 'sh', '-c', lines.join('\n')],
        env: {
          HOME: site.dir,
          XDG_RUNTIME_DIR: join(site.dir, 'run'),
          GNUTLS_SYSTEM_PRIORITY_FILE: join(site.dir, 'gnutls.conf'),
          GIO_USE_VOLUME_MONITOR: 'unix',
        },
      },
    ]
  },
}

import { run } from '../../helpers/client-program.js'
import type { Client, Site, Task } from './client.js'

const ANEW = 'rclone deletes what is left of an upload and starts anew'

const remote = (path: string): string => `r:${path}`

function runs(task: Task): string[][] {
  switch (task.do) {
    case 'list':
      return [['lsf', remote(task.folder)]]
    case 'put':
      return task.pairs.map(([from, to]) => ['copyto', from, remote(to)])
    case 'get':
      return task.pairs.map(([from, to]) => ['copyto', remote(from), to])
    case 'move':
      return [['moveto', remote(task.pair[0]), remote(task.pair[1])]]
    case 'remove':
      return [['deletefile', remote(task.path)]]
    case 'put tree': {
      const [from, to] = task.pair
      return [
        ['sync', '--create-empty-src-dirs', from, remote(to)],
        ['check', '--download', from, remote(to)],
      ]
    }
    case 'get tree':
      return [['sync', '--create-empty-src-dirs', remote(task.pair[0]), task.pair[1]]]
    case 'get at once':
      return [['copy', '--transfers=10', '--checkers=10', remote(task.pair[0]), task.pair[1]]]
    case 'put slowly':
      return [['copyto', '--ignore-times', '--bwlimit=8M', task.pair[0], remote(task.pair[1])]]
    default:
      throw new Error(`rclone does not ${task.do}`)
  }
}

/** The remote called `r`, from the environment alone. */
async function rcloneEnvironment(site: Site): Promise<Record<string, string>> {
  return {
    HOME: site.dir,
    RCLONE_CONFIG: '/dev/null',
    RCLONE_RETRIES: '1',
    RCLONE_LOW_LEVEL_RETRIES: '1',
    RCLONE_CONFIG_R_TYPE: 'ftp',
    RCLONE_CONFIG_R_TLS: 'true',
    // it puts host and port together itself, without brackets
    RCLONE_CONFIG_R_HOST: site.host.includes(':') ? `[${site.host}]` : site.host,
    RCLONE_CONFIG_R_PORT: String(site.port),
    RCLONE_CONFIG_R_USER: site.user,
    RCLONE_CONFIG_R_PASS: (await run('rclone', ['obscure', '-'], { input: site.password })).trim(),
    RCLONE_CONFIG_R_ENCODING: 'Slash,CrLf,InvalidUtf8,Dot',
    RCLONE_NO_UNICODE_NORMALIZATION: 'true',
    SSL_CERT_FILE: site.ca,
    ...(site.version === 'TLSv1.2' && { RCLONE_FTP_DISABLE_TLS13: 'true' }),
  }
}

export const rclone: Client = {
  name: 'rclone',
  needs: ['rclone'],
  dataSession: 'prefer',
  settings: '`tls = true`',
  cannot: { 'resume upload': ANEW, 'resume download': 'rclone does not resume' },
  shows: {
    'wrong password': '530 Login incorrect.',
    'no right': 'Failed to copy: update stor: 550 No such file or folder, or not permitted.',
    'over quota': '552 The quota is exceeded.',
    'not resumed':
      '522 The data connection must resume the TLS session of the control connection (dataSession: require).',
  },
  async commands(site, task) {
    const env = await rcloneEnvironment(site)
    return runs(task).map(args => ({ program: 'rclone', args, env }))
  },
  names: out => out.split('\n').flatMap(line => (line === '' ? [] : [line.replace(/\/$/, '')])),
}

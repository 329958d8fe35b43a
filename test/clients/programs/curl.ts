import { authority, type Client, escaped, type Pair, pairsAtOnce, type Site, type Task } from './client.js'

/** Arguments of each run. */
function runs(site: Site, task: Task): string[][] {
  const url = (path: string): string => `ftps://${authority(site)}${escaped(path)}`
  const put = ([from, to]: Pair): string[] => ['--upload-file', from, url(to)]
  const get = ([from, to]: Pair): string[] => ['--output', to, url(from)]
  const quote = (...commands: string[]): string[][] => [
    [...commands.flatMap(command => ['--quote', command]), '--head', url('/')],
  ]
  switch (task.do) {
    case 'list':
      return [['--list-only', url(`${task.folder}/`)]]
    case 'put':
      // OpenSSL uses a TLS 1.3 ticket once, and curl does not wait for the next at the end of an upload.
      return task.pairs.map(put)
    case 'get':
      return [task.pairs.flatMap(get)]
    case 'continue put':
      return task.pairs.map(pair => ['--continue-at', '-', ...put(pair)])
    case 'continue get':
      return task.pairs.map(pair => ['--continue-at', '-', ...get(pair)])
    case 'move':
      return quote(`RNFR ${task.pair[0]}`, `RNTO ${task.pair[1]}`)
    case 'remove':
      return quote(`DELE ${task.path}`)
    case 'get at once':
      return pairsAtOnce(task.pair, task.names).map(get)
    case 'put slowly':
      return [['--limit-rate', '8M', ...put(task.pair)]]
    case 'list without session':
      return [['--no-sessionid', '--list-only', url('/')]]
    default:
      throw new Error(`curl does not ${task.do}`)
  }
}

export const curl: Client = {
  name: 'curl',
  needs: ['curl'],
  dataSession: 'require',
  settings: 'under TLS 1.3 one upload in each run',
  cannot: { 'tree up': 'curl does not walk folders', 'tree down': 'curl does not walk folders' },
  shows: {
    'wrong password': 'curl: (67) Access denied: 530',
    'no right': 'curl: (25) Failed FTP upload: 550',
    'over quota': 'curl: (70) Exceeded storage allocation',
    'not resumed': 'curl: (18) server did not report OK, got 522',
  },
  commands: (site, task) =>
    runs(site, task).map(args => ({
      program: 'curl',
      args: [
        ...['--disable', '--silent', '--show-error', '--max-time', '25', '--globoff', '--cacert', site.ca],
        ...(site.version === 'TLSv1.3' ? ['--tlsv1.3'] : ['--tls-max', '1.2']),
        ...['--user', `${site.user}:${site.password}`, ...args],
      ],
    })),
}

import { authority, type Client, escaped, type Pair, pairsAtOnce, type Site, type Task } from './client.js'

const DOWNLOADS = 'wget only downloads'

function runs(site: Site, task: Task): string[][] {
  const url = (path: string): string => `ftps://${authority(site)}${escaped(path)}`
  const get = ([from, to]: Pair): string[] => ['--output-document', to, url(from)]
  switch (task.do) {
    case 'list':
      return [['--output-document', '-', url(`${task.folder}/`)]]
    case 'get':
      return task.pairs.map(get)
    case 'continue get':
      return task.pairs.map(pair => ['--continue', ...get(pair)])
    case 'get tree': {
      const [from, to] = task.pair
      const folders = String(from.split('/').length - 1)
      const flags = ['--recursive', '--level=inf', '--no-host-directories', '--cut-dirs', folders]
      return [[...flags, '--restrict-file-names=nocontrol', '--directory-prefix', to, url(`${from}/`)]]
    }
    case 'get at once':
      return pairsAtOnce(task.pair, task.names).map(get)
    case 'list without session':
      return [['--no-ftps-resume-ssl', '--output-document', '-', url('/')]]
    default:
      throw new Error(`wget does not ${task.do}`)
  }
}

export const wget: Client = {
  name: 'wget',
  needs: ['wget'],
  dataSession: 'prefer',
  settings: '`--ftps-implicit`',
  cannot: {
    upload: DOWNLOADS,
    'resume upload': DOWNLOADS,
    rename: DOWNLOADS,
    delete: DOWNLOADS,
    'many files up': DOWNLOADS,
    'tree up': DOWNLOADS,
    aborted: DOWNLOADS,
  },
  shows: {
    'wrong password': 'Login incorrect.',
    'not resumed':
      'Data connection: The specified session has been invalidated for some reason.; Data transfer aborted.',
  },
  commands: (site, task) =>
    runs(site, task).map(args => ({
      program: 'wget',
      args: [
        ...['--no-config', '--no-hsts', '--no-verbose', '--tries=1', '--timeout=20', '--ftps-implicit'],
        ...[`--ciphers=NORMAL:-VERS-ALL:+VERS-${site.version.replace('v', '')}`, '--ca-certificate', site.ca],
        ...['--user', site.user, '--password', site.password, ...args],
      ],
      env: { HOME: site.dir },
      // It keeps listings where it is run.
      cwd: site.dir,
    })),
  // It makes a page of the listing.
  names: out =>
    Array.from(out.matchAll(/<a href="[^"]*">(.*?)<\/a>/g), ([, name = '']) =>
      name.replaceAll('&#32;', ' ').replaceAll('&quot;', '"').replace(/\/$/, ''),
    ),
}

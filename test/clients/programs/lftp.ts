import { authority, type Client, type Pair, type Site, type Task } from './client.js'

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
const quoted = ([from, to]: Pair): string => `${quote(from)} -o ${quote(to)}`
const folders = ([from, to]: Pair): string => `${quote(from)} ${quote(to)}`

function script(task: Task): string[] {
  switch (task.do) {
    case 'list':
      return [`cls -1 --basename ${quote(`${task.folder}/`)}`]
    case 'put':
    case 'get':
      return task.pairs.map(pair => `${task.do} ${quoted(pair)}`)
    case 'continue put':
      return task.pairs.map(pair => `put -c ${quoted(pair)}`)
    case 'continue get':
      return task.pairs.map(pair => `get -c ${quoted(pair)}`)
    case 'move':
      return [`mv ${folders(task.pair)}`]
    case 'remove':
      return [`rm ${quote(task.path)}`]
    case 'put tree':
      return [`mirror -R --no-perms ${folders(task.pair)}`]
    case 'get tree':
      return [`mirror ${folders(task.pair)}`]
    case 'get at once':
      return [`mirror --parallel=10 ${folders(task.pair)}`]
    case 'put slowly':
      return ['set net:limit-total-rate 0:8M', `put ${quoted(task.pair)}`]
    case 'list without session':
      return []
  }
}

const open = (site: Site): string[] => [
  'set cmd:fail-exit yes',
  'set net:max-retries 1',
  'set net:timeout 10',
  `set ssl:ca-file ${quote(site.ca)}`,
  `set ssl:priority "NORMAL:-VERS-ALL:+VERS-${site.version.replace('v', '')}"`,
  `open -u ${site.user},${quote(site.password)} ftps://${authority(site)}`,
]

export const lftp: Client = {
  name: 'lftp',
  needs: ['lftp'],
  dataSession: 'require',
  settings: '',
  cannot: {},
  shows: {
    'wrong password': 'Login failed: 530 Login incorrect.',
    'no right': 'Access failed: 550 No such file or folder, or not permitted. (/one)',
    'over quota': 'Access failed: 552 The quota is exceeded. (/one)',
  },
  commands: (site, task) => [
    {
      program: 'lftp',
      args: ['--norc', '-c', [...open(site), ...script(task)].join('\n')],
      env: { HOME: site.dir },
    },
  ],
}

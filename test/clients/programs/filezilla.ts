import { fileURLToPath } from 'node:url'
import type { Client } from './client.js'
import { scripted } from './scripted.js'

const SCRIPT = fileURLToPath(new URL('filezilla-client.js', import.meta.url))

export const filezilla: Client = {
  name: 'FileZilla',
  needs: ['filezilla', 'Xvfb', 'xdotool', 'import', 'setpriv'],
  dataSession: 'require',
  settings: '*Require implicit FTP over TLS*; *Transfer type*: *Binary*',
  cannot: {},
  shows: {
    'wrong password': '530 Login incorrect.',
    'no right': '550 No such file or folder, or not permitted.',
    'over quota': '552 The quota is exceeded.',
  },
  commands: scripted(process.execPath, SCRIPT, 'in one run', ({ dir }) => ({ env: { HOME: dir } })),
}

import { fileURLToPath } from 'node:url'
import type { Client } from './client.js'
import { scripted } from './scripted.js'

const SCRIPT = fileURLToPath(new URL('basic-ftp-client.js', import.meta.url))

export const basicFtp: Client = {
  name: 'basic-ftp (Node)',
  needs: [],
  dataSession: 'require',
  settings: "`secure: 'implicit'`",
  cannot: {},
  shows: {
    'wrong password': 'FTPError: 530 Login incorrect.',
    'no right': 'FTPError: 550 No such file or folder, or not permitted.',
    'over quota': 'FTPError: 552 The quota is exceeded.',
  },
  commands: scripted(process.execPath, SCRIPT, 'in one run'),
}

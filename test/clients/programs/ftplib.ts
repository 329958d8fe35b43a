import type { Client } from './client.js'
import { scripted, sourceOf } from './scripted.js'

export const ftplib: Client = {
  name: 'Python ftplib',
  needs: ['python3'],
  dataSession: 'require',
  settings: 'a subclass that makes it implicit and resumes',
  cannot: {},
  shows: {
    'wrong password': 'ftplib.error_perm: 530 Login incorrect.',
    'no right': 'ftplib.error_perm: 550 No such file or folder, or not permitted.',
    'over quota': 'ftplib.error_perm: 552 The quota is exceeded.',
    'not resumed':
      '522 The data connection must resume the TLS session of the control connection (dataSession: require).',
  },
  commands: scripted('python3', sourceOf('ftplib_matrix.py'), 'in a run each'),
}

import type { Client } from './client.js'
import { scriptArguments, sourceOf } from './scripted.js'

export const ftplib: Client = {
  name: 'Python ftplib',
  needs: ['python3'],
  dataSession: 'require',
  settings: 'a subclass that makes it implicit and resumes',
  cannot: {},
  shows: {
    'wrong password': 'ftplib.error_perm: 530 Login incorrect.',
    'no right': '550',
    'not resumed': '',
  },
  commands: (site, task) =>
    scriptArguments(site, task, 'in a run each').map(args => ({
      program: 'python3',
      args: [sourceOf('ftplib_matrix.py'), ...args],
    })),
}

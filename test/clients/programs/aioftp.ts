import type { Client } from './client.js'
import { scripted, sourceOf } from './scripted.js'

export const aioftp: Client = {
  name: 'aioftp',
  // Debian's package is for Debian's Python, which is not always the first.
  needs: ['/usr/bin/python3'],
  files: { '/usr/lib/python3/dist-packages/aioftp/client.py': 'python3-aioftp' },
  dataSession: 'prefer',
  settings: '`Client(ssl=context)`',
  cannot: {},
  shows: {
    'wrong password': "StatusCodeError: Waiting for ('230', '33x') but got 530 [' Login incorrect.']",
    'no right':
      "StatusCodeError: Waiting for ('1xx',) but got 550 [' No such file or folder, or not permitted.']",
    'over quota': "StatusCodeError: Waiting for ('2xx',) but got 552 [' The quota is exceeded.']",
    'not resumed': "StatusCodeError: Waiting for ('2xx',) but got 522",
  },
  commands: scripted('/usr/bin/python3', sourceOf('aioftp_client.py'), 'in one run'),
}

import type { Client } from './client.js'
import { scripted, sourceOf } from './scripted.js'

export const netFtp: Client = {
  name: 'Perl Net::FTP',
  needs: ['perl'],
  files: { '/usr/share/perl5/IO/Socket/SSL.pm': 'libio-socket-ssl-perl' },
  dataSession: 'prefer',
  settings: '`SSL => 1`',
  cannot: {},
  shows: {
    'wrong password': '530 Login incorrect.',
    'no right': '550 No such file or folder, or not permitted.',
    'over quota': '552 The quota is exceeded.',
    'not resumed':
      '522 The data connection must resume the TLS session of the control connection (dataSession: require).',
  },
  commands: scripted('perl', sourceOf('net_ftp_client.pl'), 'in a run each'),
}

import { TLS, USERS } from '../../helpers/config-file.js'
import { saysWhatIsWrong, webhook } from './problems.js'

saysWhatIsWrong([
  [
    'a webhook without secret',
    `${TLS}onUpload: { webhook: { url: "https://a.example" } }\n${USERS}`,
    /onUpload\.webhook\.secret: is missing; expected a secret of at least 32 characters$/,
  ],
  [
    'a webhook by another protocol',
    webhook('ftp://a.example'),
    /expected an https:\/\/ or http:\/\/ address/,
  ],
  ['no address at all', webhook('a.example/x'), /expected an https:\/\/ or http:\/\/ address/],
  [
    'a password in the address',
    webhook('https://u:p@a.example'),
    /without user name, password or #fragment$/,
  ],
  [
    'a command as one text',
    `${TLS}onUpload: { command: { argv: /bin/true x } }\n${USERS}`,
    /onUpload\.command\.argv: expected a list: the absolute path of a program, then its arguments/,
  ],
  [
    'a command to be searched for',
    `${TLS}onUpload: { command: { argv: [true-command, x] } }\n${USERS}`,
    /argv: expected a list: the absolute path/,
  ],
  [
    'no command',
    `${TLS}onUpload: { command: { argv: [] } }\n${USERS}`,
    /argv: expected a list: the absolute path .*found an empty list$/,
  ],
  [
    'the queue in a home',
    `${TLS}onUpload: { queue: { folder: ../data/acme } }\n${USERS}`,
    /onUpload\.queue\.folder: lies inside a folder of user "acme"/,
  ],
])

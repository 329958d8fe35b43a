import { TLS, USERS } from '../../helpers/config-file.js'
import { saysWhatIsWrong, user } from './problems.js'

saysWhatIsWrong([
  [
    'a rate without time',
    `${TLS}${USERS}    limits: { upload: 20MiB }\n`,
    /expected a rate such as 20MiB\/s or 500KB\/s, at least 1KiB\/s, found "20MiB"$/,
  ],
  ['a rate too slow', `${TLS}${USERS}    limits: { download: 1023B/s }\n`, /expected a rate such as/],
  ['no grants', user(''), /users\[0\]\.grants: is missing/],
  [
    'a misspelt preset',
    user('    grants: { /: readonly }\n'),
    /found "readonly"; did you mean "read-only"\?/,
  ],
  [
    'a misspelt right',
    user('    grants: { /: [lst] }\n'),
    /^8:19 {2}.*grants\["\/"\]\[0\]: expected one of the rights .*did you mean "list"\?/,
  ],
  [
    'a folder without slash',
    user('    grants: { inbox: read-only }\n'),
    /^8:15 {2}.*expected a folder as the client sees it, .*found "inbox"$/,
  ],
  [
    'one folder twice',
    user('    grants: { /in: read-only, /in/: read-only }\n'),
    /same folder as another entry/,
  ],
  [
    'a home outside',
    user('    home: ../other\n    grants: { /: read-only }\n'),
    /stays within storage\.root/,
  ],
  [
    'bits beyond the prefix',
    user('    grants: { /: read-only }\n    allowFrom: [203.0.113.7/24]\n'),
    /did you mean "203\.0\.113\.0\/24"\?/,
  ],
  ['an impossible date', user('    grants: { /: read-only }\n    expires: 2027-02-30\n'), /expected a date/],
  [
    'a feature of a later release',
    user('    grants: { /: read-only }\n    secondFactor: totp\n'),
    /^9:5 {2}users\[0\]\.secondFactor: unknown key/,
  ],
])

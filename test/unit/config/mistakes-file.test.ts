import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TLS, USERS } from '../../helpers/config-file.js'
import { problemsOf, saysWhatIsWrong } from './problems.js'

saysWhatIsWrong([
  [
    'swapped letters',
    `server: { timeouts: { idel: 5m } }\n${TLS}${USERS}`,
    /^1:23 {2}server\.timeouts\.idel: unknown key; did you mean "idle"\?$/,
  ],
  ['other capitals', `server: { maxsessions: 5 }\n${TLS}${USERS}`, /did you mean "maxSessions"/],
  [
    'right key in the wrong section',
    `server: { idle: 5m }\n${TLS}${USERS}`,
    /did you mean "server\.timeouts\.idle"/,
  ],
  ['a key of nothing', `${TLS}${USERS}quux: 1\n`, /quux: unknown key; known here: server, tls,/],
  [
    'a section of the wrong kind',
    `log: pretty\n${TLS}${USERS}`,
    /^1:6 {2}log: expected a section of keys, found "pretty"$/,
  ],
  ['no tls', USERS, /^1:1 {2}tls: is missing/],
  ['no users', TLS, /^1:1 {2}users: is missing/],
  ['a duplicate key', `${TLS}${TLS}${USERS}`, /^5:1 {2}: duplicate key "tls"/],
  ['an open quote', `${TLS}server: { greeting: "abc }\n${USERS}`, /not valid YAML: missing closing "quote/],
  [
    'an unset variable',
    `storage: { root: !env PORTCULLIS_NOT_SET }\n${TLS}${USERS}`,
    /^1:23 {2}storage\.root: !env PORTCULLIS_NOT_SET: the environment variable is not set$/,
  ],
  [
    'a missing secret',
    `storage: { root: !file nowhere }\n${TLS}${USERS}`,
    /storage\.root: !file nowhere: no such file$/,
  ],
  [
    'an unknown tag',
    `storage: { root: !fiel x }\n${TLS}${USERS}`,
    /unknown tag !fiel; known are !file PATH and !env NAME/,
  ],
  ['an unknown anchor', `storage: { root: *x }\n${TLS}${USERS}`, /no such anchor/],
  [
    'a misspelt key of a section that is off by default',
    `${TLS}onUpload: { command: { argv: [/bin/true], timout: 5s } }\n${USERS}`,
    /onUpload\.command\.timout: unknown key; did you mean "timeout"\?/,
  ],
])

test('tells all mistakes at once, in the order of the file', async () => {
  const problems = await problemsOf(
    `server:\n  greting: x\n  timeouts: { idle: soon }\n${TLS}log: { level: loud }\n${USERS}${USERS.replace('users:\n', '')}`,
  )
  assert.deepEqual(
    problems.map(({ line, path }) => [line, path]),
    [
      [2, 'server.greting'],
      [3, 'server.timeouts.idle'],
      [8, 'log.level'],
      [14, 'users[1].name'],
    ],
  )
  assert.deepEqual(problems[0], {
    file: '/srv/config/portcullis.yaml',
    line: 2,
    column: 3,
    path: 'server.greting',
    message: 'unknown key; did you mean "greeting"?',
    text: 'greting',
    expected:
      'listen, proxyProtocol, greeting, maxSessions, maxSessionsPerAddress, workers, timeouts, shutdownGrace or controlSocket',
    nearest: 'greeting',
  })
})

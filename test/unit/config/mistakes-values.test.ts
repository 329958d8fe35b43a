import { TLS, USERS } from '../../helpers/config-file.js'
import { saysWhatIsWrong } from './problems.js'

saysWhatIsWrong([
  [
    'a duration without unit',
    `server: { shutdownGrace: 30 }\n${TLS}${USERS}`,
    /^1:26 {2}.*expected a duration such as 30s, 5m or 24h, .*found 30$/,
  ],
  [
    'a duration beyond every timer',
    `server: { shutdownGrace: 25d }\n${TLS}${USERS}`,
    /at most 24d, found "25d"/,
  ],
  ['a zero timeout', `server: { timeouts: { idle: 0s } }\n${TLS}${USERS}`, /expected a duration/],
  [
    'a store that is no Redis',
    `auth: { store: "http://host:6379" }\n${TLS}${USERS}`,
    /auth\.store: expected memory, or the address of a server: redis:[^,]*$/,
  ],
  [
    'a first ban beyond the longest',
    `auth: { limits: { failuresPerAddress: { block: 48h } } }\n${TLS}${USERS}`,
    /^1:48 .*a ban is longer than maxBlock from the first/,
  ],
  ['a size without unit', `uploads: { maxSize: 10 }\n${TLS}${USERS}`, /expected a size such as 10MiB/],
  [
    'a port out of range',
    `server: { listen: { port: 65536 } }\n${TLS}${USERS}`,
    /whole number from 0 to 65535, found 65536/,
  ],
  [
    'a range that runs backwards',
    `passive: { ports: 50099-50000 }\n${TLS}${USERS}`,
    /expected a port, a range/,
  ],
  [
    'overlapping ports',
    `server: { listen: { port: 50001 } }\n${TLS}${USERS}`,
    /^1:27 {2}server\.listen\.port: overlapping ports/,
  ],
  [
    'more from one address than in all',
    `server: { maxSessions: 5 }\n${TLS}${USERS}`,
    /maxSessionsPerAddress \(20\) is more than server\.maxSessions \(5\)/,
  ],
  [
    'an IPv6 address for PASV',
    `passive: { publicAddress: "::1" }\n${TLS}${USERS}`,
    /expected an IPv4 address or a host name/,
  ],
  [
    'an override that is no IPv4 address',
    `passive: { overrides: [{ networks: [10.0.0.0/8], address: "::1" }] }\n${TLS}${USERS}`,
    /overrides\[0\]\.address: expected an IPv4 address/,
  ],
  ['a number as umask', `storage: { umask: 0027 }\n${TLS}${USERS}`, /octal digits in quotes .*found 27/],
  [
    'a umask that locks the server out',
    `storage: { umask: "0700" }\n${TLS}${USERS}`,
    /leave the owner every right/,
  ],
  [
    'a misspelt choice',
    `log: { format: prety }\n${TLS}${USERS}`,
    /expected json or pretty, found "prety"; did you mean "pretty"\?/,
  ],
  ['yes for true', `uploads: { checksum: yes }\n${TLS}${USERS}`, /expected true or false, found "yes"/],
  [
    'no certificate',
    `tls: { certificates: [] }\n${USERS}`,
    /expected at least one certificate.*found an empty list/,
  ],
  [
    'a key where its path belongs',
    `tls: { certificates: [{ cert: a, key: "-----BEGIN\\n" }] }\n${USERS}`,
    /not its content/,
  ],
  [
    'the audit log in a home',
    `${TLS}audit: { file: ../data/acme/a.jsonl }\n${USERS}`,
    /audit\.file: lies inside a folder of user "acme"/,
  ],
])

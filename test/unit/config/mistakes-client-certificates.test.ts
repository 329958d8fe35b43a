import { TLS, USERS } from '../../helpers/config-file.js'
import { saysWhatIsWrong } from './problems.js'

saysWhatIsWrong([
  [
    'a certificate that nobody is asked for',
    `${TLS}${USERS}    certificate: { fingerprint: ${'a'.repeat(64)} }\n`,
    /users\[0\]\.certificate: clients are not asked for a certificate: set tls\.clientCertificates\.mode/,
  ],
  [
    'a name in a certificate without an authority',
    `${TLS}  clientCertificates: { mode: optional }\n${USERS}    certificate: { subject: { CN: acme } }\n`,
    /users\[0\]\.certificate\.subject: anyone can write a name.*tls\.clientCertificates\.ca/,
  ],
  [
    'a revocation list without an authority',
    `${TLS}  clientCertificates: { mode: optional, crl: x }\n${USERS}`,
    /tls\.clientCertificates\.crl: a revocation list says nothing without the ca/,
  ],
  [
    'a SHA-1 fingerprint',
    `${TLS}  clientCertificates: { mode: optional }\n${USERS}    certificate: { fingerprint: ${'a'.repeat(40)} }\n`,
    /users\[0\]\.certificate\.fingerprint: expected a SHA-256 fingerprint of 64 hexadecimal digits/,
  ],
  [
    'a fingerprint and a name',
    `${TLS}  clientCertificates: { mode: optional, ca: x }\n${USERS}    certificate: { fingerprint: ${'a'.repeat(64)}, san: dns:a }\n`,
    /users\[0\]\.certificate: expected either a fingerprint, or a subject or san or both/,
  ],
  [
    'an alternative name without its kind',
    `${TLS}  clientCertificates: { mode: optional, ca: x }\n${USERS}    certificate: { san: acme.example }\n`,
    /users\[0\]\.certificate\.san: expected dns:NAME, email:ADDRESS/,
  ],
  [
    'one-time codes without a password',
    `${TLS}  clientCertificates: { mode: optional }\n${USERS}    certificate: { fingerprint: ${'a'.repeat(64)}, password: not-needed }\n    totp: GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n`,
    /users\[0\]\.certificate\.password: one-time codes \(totp\) are asked for beside a password only: set it to required/,
  ],
  [
    'neither a password nor a certificate that replaces it',
    `${TLS}users: [{ name: acme, grants: {} }]\n`,
    /users\[0\]\.passwordHash: is missing; expected an argon2id hash/,
  ],
  [
    'authorities inside a home',
    `${TLS}  clientCertificates: { mode: optional, ca: ../data/acme/ca.crt }\n${USERS}`,
    /tls\.clientCertificates\.ca: lies inside a folder of user "acme"/,
  ],
])

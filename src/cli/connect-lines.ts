import { X509Certificate } from 'node:crypto'

export interface Access {
  readonly port: number
  readonly user: string
  readonly password: string
  /** PEM of the certificate, and the absolute path it is in. */
  readonly certificate: string
  readonly certificateFile: string
}

const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
const lftpQuoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`

/** Lines that work as they are, on the machine the server runs on. */
export function connectLines({ port, user, password, certificate, certificateFile }: Access): string {
  const server = `ftps://localhost:${port}`
  const trust = `set ssl:ca-file ${lftpQuoted(certificateFile)}`
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
  return [
    'Connect from this machine with one of:',
    '',
    `  lftp -u ${shellQuoted(`${user},${password}`)} -e ${shellQuoted(trust)} ${server}`,
    '',
    `  curl --cacert ${shellQuoted(certificateFile)} --user ${shellQuoted(`${user}:${password}`)} ${server}/`,
    '',
    `  filezilla ${shellQuoted(`ftps://${login}@localhost:${port}/`)}`,
    '',
    'FileZilla by hand: File > Site Manager > New site, Protocol "FTP - File Transfer Protocol",',
    `Encryption "Require implicit FTP over TLS", Host localhost, Port ${port}, User ${user}.`,
    'It asks once whether to trust the certificate. Accept it if the SHA-256 fingerprint is',
    `  ${new X509Certificate(certificate).fingerprint256}`,
    'From elsewhere put this machine’s name in the place of localhost.',
  ].join('\n')
}

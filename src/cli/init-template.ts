export interface FirstConfig {
  readonly port: number
  readonly user: string
  readonly passwordHash: string
}

/**
 * What `portcullis init` writes. Laid out as the YAML library writes it, so that `portcullis user` changes no more
 * than it must. Commented keys show their defaults.
 */
export const firstConfig = ({ port, user, passwordHash }: FirstConfig): string => `\
# yaml-language-server: $schema=./portcullis.schema.json

# Portcullis. Every key is described in docs/configuration.md; what is commented out shows its default.
# Check changes with "portcullis check", then run "portcullis reload" (or the server with --watch).
# Paths are relative to this file. Any text may be "!file path" or "!env NAME".

server:
  listen:
    host: "::"
    port: ${port}
  # greeting: File exchange ready
  # maxSessions: 2000
  # maxSessionsPerAddress: 20

tls:
  certificates:
    # Self-signed, for a first try. Partners should get one that they can verify.
    - cert: ../certs/server.crt
      key: ../certs/server.key
  # minVersion: TLSv1.2

passive:
  # Open these ports in the firewall, as well as the one above.
  ports: 50000-50099
  # The IPv4 address that clients reach the server under, when it stands behind NAT.
  # publicAddress: 203.0.113.10

storage:
  root: ../data

audit:
  file: ../logs/audit.jsonl

log:
  level: info

# "portcullis user add NAME" adds one. Presets: read-only, drop-box, read-write.
users:
  - name: ${user}
    passwordHash: ${passwordHash}
    home: ${user}
    grants:
      /: read-write
    # allowFrom: [ 203.0.113.0/24 ]
`

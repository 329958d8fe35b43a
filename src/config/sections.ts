import * as z from 'zod'
import { clientCertificates } from './client-certificates.js'
import { address, ipv4, ipv4OrHostName, network, ports } from './network.js'
import { proxyProtocol } from './proxy-protocol.js'
import { count, duration, hostPath, line, size, umask } from './scalars.js'

// One function per section of the file. The larger ones have files of their own: auth.ts, on-upload.ts, users.ts.
// Every default of the server stands in these, nowhere else.

/** Of `server.greeting`, where nobody wrote one. */
export const GREETING = 'File exchange ready'

export const server = () =>
  z.strictObject({
    listen: z
      .strictObject({
        host: address().default('::').describe('Address to listen on. `::` is every address, IPv4 and IPv6.'),
        port: count(0, 65_535)
          .default(990)
          .describe('Port of the control connection; 990 is the implicit FTPS port. 0 takes any free one.'),
      })
      .prefault({})
      .describe('Where the control connection is accepted.'),
    proxyProtocol: proxyProtocol()
      .prefault({})
      .describe('Load balancers that tell the address of the client by the PROXY protocol, version 1 or 2.'),
    greeting: line(200)
      .default(GREETING)
      .describe('Text of the first reply. Name no product and no version: it is read by everyone.'),
    maxSessions: count(1, 100_000).default(2000).describe('Most control connections at a time.'),
    maxSessionsPerAddress: count(1, 100_000)
      .default(20)
      .describe('Most control connections at a time from one address (IPv6: one /64).'),
    workers: z
      .union([z.literal('auto'), count(0, 64)])
      .default('auto')
      .describe(
        'Threads that carry the data connections. `0`: the main thread carries them too. `auto`: one for each core beyond the first, and none where there are only two.',
      ),
    timeouts: z
      .strictObject({
        handshake: duration().prefault('10s').describe('For a TLS handshake.'),
        login: duration().prefault('30s').describe('From the handshake to a successful login.'),
        idle: duration().prefault('5m').describe('Between commands while no transfer runs.'),
        dataConnect: duration()
          .prefault('15s')
          .describe(
            'From a transfer command to the data connection. Its TLS handshake may then take `handshake`.',
          ),
        dataStall: duration()
          .prefault('1m')
          .describe('Without a byte in either direction during a transfer.'),
      })
      .prefault({})
      .describe('How long the server waits before it gives up.'),
    shutdownGrace: duration({ orZero: true })
      .prefault('30s')
      .describe('How long running transfers may finish after SIGTERM or SIGINT.'),
    controlSocket: hostPath('file')
      .nullable()
      .optional()
      .describe(
        'Unix socket by which the commands `bans`, `sessions`, `reload` and `healthcheck` reach the running server; its file mode lets in nobody but the server’s own account. Left out: `control.sock` beside `audit.file`. `null`: none.',
      ),
  })

export const tls = () =>
  z.strictObject(
    {
      certificates: z
        .array(
          z.strictObject(
            {
              cert: hostPath('file').describe('PEM file: the certificate, then its chain.'),
              key: hostPath('file').describe(
                'PEM file: the private key, readable by the server alone (mode 0600).',
              ),
            },
            { error: 'a certificate: { cert: FILE, key: FILE }' },
          ),
          { error: 'a list of certificates: [{ cert: FILE, key: FILE }]' },
        )
        .min(1, 'at least one certificate')
        .max(100, 'at most 100 certificates')
        .describe(
          'Certificates, ECDSA or RSA. A client gets the one for the name it asks for (SNI), or else the first. Of two for the same names, ECDSA and RSA, it gets the one it can use.',
        ),
      minVersion: z
        .enum(['TLSv1.2', 'TLSv1.3'])
        .default('TLSv1.2')
        .describe('Oldest version of TLS that is accepted.'),
      clientCertificates: clientCertificates()
        .prefault({})
        .describe('Certificates that clients prove who they are with.'),
      dataSession: z
        .enum(['require', 'prefer'])
        .default('require')
        .describe(
          '`require`: a data connection must resume the TLS session of its control connection, which proves that it is the same client. `prefer`: it need not, for clients that cannot.',
        ),
    },
    { error: 'a section with certificates: [{ cert: FILE, key: FILE }]' },
  )

export const passive = () =>
  z.strictObject({
    ports: ports()
      .prefault('50000-50099')
      .describe('Ports for data connections: a range, a port, or a list of both. Open them in the firewall.'),
    publicAddress: ipv4OrHostName()
      .nullable()
      .default(null)
      .describe(
        'Address given to clients in PASV, as they see it from outside; `null`: the address the client reached.',
      ),
    overrides: z
      .array(
        z.strictObject({
          networks: z
            .array(network(), { error: 'a list of networks' })
            .min(1, 'at least one network')
            .describe('Clients this entry is for, in CIDR form.'),
          address: ipv4().describe('IPv4 address given to them.'),
        }),
      )
      .default([])
      .describe(
        'Other addresses for some clients, for instance those inside the company. The first that fits counts.',
      ),
  })

export const storage = () =>
  z.strictObject({
    root: hostPath('folder').default('../data').describe('Folder that holds the homes of the users.'),
    umask: umask()
      .prefault('0027')
      .describe('Permission bits withheld from files and folders that clients make.'),
  })

export const filesystem = () =>
  z.strictObject({
    portable: z
      .boolean()
      .default(false)
      .describe(
        'Allows systems without /proc, where paths are checked before use rather than walked by handle. Linux never needs it.',
      ),
  })

export const uploads = () =>
  z.strictObject({
    durability: z
      .enum(['commit', 'rename'])
      .default('commit')
      .describe(
        '`commit`: 226 means synced to disk. `rename`: nobody waits for the disk, a power cut may lose the file.',
      ),
    checksum: z
      .boolean()
      .default(true)
      .describe('Computes the SHA-256 of each upload for the reply and the audit log.'),
    keepPartial: duration({ orZero: true })
      .prefault('24h')
      .describe(
        'How long an upload that was cut off can be resumed by the user who sent it; nobody else sees it. `0s`: not at all.',
      ),
    close: z
      .enum(['strict', 'tolerant'])
      .default('strict')
      .describe(
        '`strict`: an upload that was not closed by TLS is incomplete and refused. `tolerant`: kept and audited.',
      ),
    maxSize: size()
      .nullable()
      .prefault(null)
      .describe('Largest file that may be uploaded; `null`: what the disk holds.'),
  })

export const hashing = () =>
  z.strictObject({
    maxSize: size()
      .prefault('64GiB')
      .describe('Most bytes that one digest may be of; for more the reply is 552.'),
    concurrency: count(1, 64).default(2).describe('Digests computed at a time, each on a thread of its own.'),
    queue: count(0, 10_000)
      .default(64)
      .describe(
        'Digests that may wait for that, at most 30 seconds; the reply is 450 for more and for longer.',
      ),
  })

export const audit = () =>
  z.strictObject({
    file: hostPath('file')
      .default('../logs/audit.jsonl')
      .describe('The audit log, one JSON object per line.'),
    rotate: z
      .strictObject({
        size: size({ min: 65_536 }).prefault('100MiB').describe('Size at which a new file is begun.'),
        keep: count(1, 10_000).default(30).describe('Files kept beside the current one.'),
      })
      .prefault({})
      .describe('When the file is set aside.'),
    onFailure: z
      .enum(['closed', 'open'])
      .default('closed')
      .describe('When it cannot be written: `closed` refuses what would go unrecorded, `open` goes on.'),
    key: z
      .string({ error: 'a secret of at least 32 characters' })
      .min(32, 'a secret of at least 32 characters')
      .nullable()
      .default(null)
      .meta({
        title: 'text',
        description:
          'Secret for the hash chain (HMAC), so that nobody who can write the file can rebuild the chain. Best given as `!file`. `null`: plain hashes.',
      }),
  })

export const log = () =>
  z.strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error'])
      .default('info')
      .describe('Least serious message that the operational log (stdout) shows.'),
    format: z.enum(['json', 'pretty']).default('json').describe('`json` for machines, `pretty` for people.'),
  })

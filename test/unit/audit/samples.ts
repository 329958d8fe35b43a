import * as events from '../../../src/core/audit-event.js'

const transfer = { bytes: 12, seconds: 0.5, resumedFrom: 0 }

/** One of every event, each with every field it can have. */
export const SAMPLES: readonly events.AuditEvent[] = [
  events.serverStarted({ address: '::', port: 990, node: 'v20.19.0' }),
  events.serverStopping('SIGTERM'),
  events.serverStopped(),
  events.configLoaded('portcullis.yaml', 3),
  events.configRejected('portcullis.yaml', 2),
  events.auditRecovered({ lost: 2, torn: 17 }),
  events.connectionAccepted(),
  events.connectionRefused('banned'),
  events.tlsEstablished({
    version: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    serverName: 'ftp.example.com',
    alpn: 'ftp',
  }),
  events.tlsFailed('handshake_failed', 'unsupported protocol'),
  events.sessionEnded('quit', { bytesIn: 1, bytesOut: 2, files: 1, seconds: 3 }),
  events.loginSucceeded('password'),
  events.loginFailed('unknown_user', 'root'),
  events.addressBanned('203.0.113.7', 900),
  events.addressUnbanned('203.0.113.7'),
  events.dataOpened(true, 'TLSv1.3'),
  events.dataRejected('not_resumed', { address: '203.0.113.7', remedy: 'compat.dataSession: prefer' }),
  events.fileDownloaded('/outbox/a.txt', transfer),
  events.fileUploaded('/inbox/a.txt', { ...transfer, size: 12, sha256: 'ab'.repeat(32), close: 'clean' }),
  events.fileDownloadFailed('/outbox/a.txt', 'file_shrank'),
  events.fileUploadFailed('/inbox/a.txt', 'no_space', { bytes: 7, kept: false }),
  events.fileDeleted('/a.txt'),
  events.fileRenamed('/a.txt', '/b.txt'),
  events.fileTimeSet('/a.txt', new Date(0)),
  events.fileModeSet('/a.txt', 0o640),
  events.dirCreated('/a'),
  events.dirRemoved('/a'),
  events.dirListed('/', 2),
  events.accessDenied('DELE', '/a.txt', 'delete'),
  events.commandRejected('XYZZY', 'unknown_command'),
]

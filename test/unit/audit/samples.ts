import * as events from '../../../src/core/audit-event.js'

const transfer = { bytes: 12, seconds: 0.5, resumedFrom: 0 }

const hook = {
  hook: 'webhook',
  id: '01928c3e-7d1a-7c4b-9f00-5a3e8b1c2d4f',
  path: '/inbox/a.txt',
  attempts: 1,
} as const

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
    certificate: undefined,
    certificateSubject: undefined,
    certificateProblem: undefined,
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
  events.quotaExceeded('/inbox/a.txt', { bytes: 7, kept: false }),
  events.fileHashed('/outbox/a.txt', { algorithm: 'SHA-256', from: 0, bytes: 12, digest: 'ab'.repeat(32) }),
  events.fileDeleted('/a.txt'),
  events.fileRenamed('/a.txt', '/b.txt'),
  events.fileTimeSet('/a.txt', new Date(0)),
  events.fileModeSet('/a.txt', 0o640),
  events.dirCreated('/a'),
  events.dirRemoved('/a'),
  events.dirListed('/', 2),
  events.hookDelivered(hook),
  events.hookFailed('hook_timeout', { ...hook, error: 'no answer within 10 s' }),
  events.hookGivenUp('hook_rejected', { ...hook, error: 'HTTP 500' }),
  events.accessDenied('DELE', '/a.txt', 'delete'),
  events.commandRejected('XYZZY', 'unknown_command'),
]

import { randomBytes } from 'node:crypto'
import type { Subject } from '../core/audit-event.js'
import type { CloseVerdict } from '../core/transfer.js'

/** One finished upload, as whoever wants to know of it is told. */
export interface UploadNotice {
  /** The same for every attempt and for both hooks, so that a receiver can tell a repetition. */
  readonly id: string
  /** When the file was committed: RFC 3339, milliseconds, UTC. */
  readonly time: string
  readonly user: string
  readonly session: string
  readonly client: { readonly address: string; readonly port: number }
  /** As the client sees it. */
  readonly path: string
  /** Absolute path on the host; null when there is none that a program could open. Leaves the host in no message. */
  readonly file: string | null
  /** Bytes of the whole file. */
  readonly size: number
  /** Bytes that this upload brought. */
  readonly bytes: number
  readonly resumedFrom: number
  /** Null when `uploads.checksum` is off. */
  readonly sha256: string | null
  readonly close: CloseVerdict | null
}

/** A UUID of version 7 (RFC 9562 §5.7): in order of time, so that names of files are too. */
export function newNoticeId(now: number): string {
  const time = now.toString(16).padStart(12, '0')
  const random = randomBytes(10).toString('hex')
  const variant = ((Number.parseInt(random.charAt(3), 16) & 0b11) | 0b1000).toString(16)
  return [
    time.slice(0, 8),
    time.slice(8),
    `7${random.slice(0, 3)}`,
    variant + random.slice(4, 7),
    random.slice(8),
  ].join('-')
}

/** What a webhook is sent: nothing that tells of the host. */
export const payloadOf = (notice: UploadNotice, attempt: number) => ({
  id: notice.id,
  event: 'file.uploaded',
  time: notice.time,
  attempt,
  user: notice.user,
  session: notice.session,
  client: notice.client,
  path: notice.path,
  size: notice.size,
  bytes: notice.bytes,
  resumedFrom: notice.resumedFrom,
  sha256: notice.sha256,
  close: notice.close,
})

/** Whom the audit events of its delivery are about. */
export const subjectOf = ({ session, client, user }: UploadNotice): Subject => ({ session, client, user })

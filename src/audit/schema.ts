import { z } from 'zod'
import { EVENT_NAMES } from '../core/audit-event.js'
import { FAULT_KINDS, REASONS } from '../core/reason.js'
import { RECORD_VERSION } from './record.js'

const HASH = /^[0-9a-f]{64}$/

/** One line of the audit log, version 1. What an event adds to these fields is in docs/audit.md. */
export const auditRecord = z
  .object({
    v: z.literal(RECORD_VERSION).describe('version of the fields'),
    time: z.iso.datetime({ precision: 3 }).describe('RFC 3339, milliseconds, UTC'),
    seq: z.int().positive().describe('number of the record, one more than that of the line before'),
    event: z.enum(EVENT_NAMES),
    outcome: z.enum(['success', 'failure', 'denied']),
    session: z.string().optional().describe('the same for all records of one session'),
    client: z.object({ address: z.string(), port: z.int().min(0).max(65_535) }).optional(),
    user: z.string().optional().describe('who is logged in'),
    reason: z.enum([...REASONS, ...FAULT_KINDS]).optional(),
    shortened: z.array(z.string()).optional().describe('names of the fields that were too long for the line'),
    prev: z.string().regex(HASH).describe('hash of the line before'),
  })
  .catchall(z.union([z.string(), z.number(), z.boolean(), z.null()]))

/** The JSON Schema of a line, as shipped in docs/audit.schema.json. */
export const auditJsonSchema = (): object => z.toJSONSchema(auditRecord)

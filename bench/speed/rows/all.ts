import type { Row } from '../row.js'
import { IDLE } from './idle.js'
import { LISTING } from './listing.js'
import { SESSIONS } from './sessions.js'
import { SMALL_FILES } from './small-files.js'
import { STREAMS } from './streams.js'

/** In the order of the table. */
export const ROWS: readonly Row[] = [...STREAMS, ...SMALL_FILES, SESSIONS, ...IDLE, LISTING]

import { answerWith } from './asked-thread.js'
import { placeWhole } from './place-whole.js'
import { writePiece } from './write-piece.js'
import type { WriteAnswer, WriteOrder } from './writing-threads.js'

// The body of a thread that writes what is uploaded: small files with their names, large ones piece by piece.

answerWith((order: WriteOrder): WriteAnswer => ('fd' in order ? writePiece(order) : placeWhole(order)))

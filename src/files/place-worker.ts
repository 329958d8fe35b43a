import { answerWith } from './asked-thread.js'
import { placeWhole } from './place-whole.js'

// The body of a thread that writes small uploads and gives them their names.

answerWith(placeWhole)

import type { Case } from '../visit.js'
import { abort } from './abort.js'
import { commands } from './commands.js'
import { killedClient, resetUpload } from './cut-upload.js'
import { endlessLine } from './endless-line.js'
import { latency } from './latency.js'
import { otherProcess, stranger } from './other-connections.js'
import { passiveRange } from './passive-range.js'
import { quotedName } from './quoted-name.js'
import { resumedUpload } from './resumed-upload.js'
import { splitCommand } from './split-command.js'
import { symlinkInHome } from './symlink.js'
import { wrongPasswords } from './wrong-passwords.js'

/** In this order, so that what a server suffers from longest comes last. */
export const CASES: readonly Case[] = [
  resumedUpload,
  resetUpload,
  killedClient,
  symlinkInHome,
  quotedName,
  otherProcess,
  stranger,
  splitCommand,
  latency,
  commands,
  abort,
  endlessLine,
  wrongPasswords,
  passiveRange,
]

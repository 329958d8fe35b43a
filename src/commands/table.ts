import type { Command } from './command.js'
import { HASH, XCRC, XMD5, XSHA1, XSHA256, XSHA512 } from './digests.js'
import { MDTM, MFF, MFMT, SITE_CHMOD, SITE_UTIME, SIZE } from './file-facts.js'
import { CDUP, CWD, DELE, MKD, PWD, RMD, RNFR, RNTO } from './folders.js'
import { LIST, MLSD, MLST, NLST } from './listing.js'
import { ACCT, HOST, PASS, USER } from './login.js'
import { MODE, STRU, TYPE } from './parameters.js'
import { EPRT, EPSV, PASV, PORT } from './passive.js'
import { AUTH, CCC, PBSZ, PROT, REIN } from './protection.js'
import { AVBL, SITE_QUOTA } from './quota.js'
import { CLNT, FEAT, HELP, LANG, NOOP, OPTS, QUIT, SITE_HELP, SYST } from './service.js'
import { SITE_WHO, STAT, STAT_PATH } from './status.js'
import { ABOR, ALLO, APPE, REST, RETR, STOR, STOU } from './transfer.js'

/** RFC 775 spellings that old clients still send. */
const alias = <C extends Command>(verb: string, command: C): C => ({ ...command, verb })

/** Every command there is. What is not here is answered with 500, FEAT and HELP are read off it. */
export const COMMANDS: readonly Command[] = [
  ...[USER, PASS, ACCT, HOST, QUIT],
  ...[AUTH, CCC, REIN, PBSZ, PROT],
  ...[PASV, EPSV, PORT, EPRT],
  ...[TYPE, STRU, MODE],
  ...[RETR, STOR, APPE, STOU, REST, ABOR, ALLO, AVBL],
  ...[LIST, NLST, MLSD, MLST, STAT, STAT_PATH],
  ...[SIZE, MDTM, MFMT, MFF],
  ...[HASH, XSHA256, XSHA512, XSHA1, XMD5, XCRC],
  ...[CWD, CDUP, PWD, MKD, RMD, DELE, RNFR, RNTO],
  ...[alias('XCWD', CWD), alias('XCUP', CDUP), alias('XPWD', PWD), alias('XMKD', MKD), alias('XRMD', RMD)],
  ...[FEAT, OPTS, HELP, SYST, NOOP, CLNT, LANG],
  ...[SITE_HELP, SITE_UTIME, SITE_CHMOD, SITE_WHO, SITE_QUOTA],
]

const BY_VERB: ReadonlyMap<string, Command> = new Map(COMMANDS.map(command => [command.verb, command]))

/** Finds the row for a command line and what is left of it as the argument. */
export function findCommand(
  verb: string,
  argument: string,
): { command: Command; argument: string } | undefined {
  if (verb === 'SITE') {
    const [, word = '', rest = ''] = /^(\S+) ?(.*)$/s.exec(argument) ?? []
    const command = BY_VERB.get(`SITE ${word.toUpperCase()}`)
    return command && { command, argument: rest }
  }
  const command = verb === 'STAT' && argument !== '' ? STAT_PATH : BY_VERB.get(verb)
  return command && { command, argument }
}

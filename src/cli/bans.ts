import { isIP } from 'node:net'
import { type AskOptions, askForList, askServer, type ListOptions } from './ask-server.js'
import type { BanLine } from './control-commands.js'
import { EXIT, UsageError } from './exit.js'
import { print } from './print.js'
import { printTable } from './table.js'

/** The addresses that may not connect now. */
export async function bansList(options: ListOptions): Promise<number> {
  const bans = await askForList<BanLine>('bans.list', options)
  if (options.json) print(JSON.stringify(bans))
  else if (bans.length === 0) print('No address is banned.')
  else
    printTable(
      ['ADDRESS', 'UNTIL'],
      bans.map(({ address, until }) => [address, until]),
    )
  return EXIT.fine
}

/** Lets an address connect again; exits with 1 when it was not banned. */
export async function bansLift(address: string, options: AskOptions): Promise<number> {
  const [ip = '', prefix] = address.split('/')
  if (isIP(ip) === 0 || (prefix !== undefined && prefix !== '64'))
    throw new UsageError(`expected an address such as 203.0.113.7 or 2001:db8::1, found "${address}"`)
  await askServer({ command: 'bans.lift', argument: address }, options)
  print(`${address} may connect again.`)
  return EXIT.fine
}

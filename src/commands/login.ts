import ipaddr from 'ipaddr.js'
import { Fault } from '../core/fault.js'
import type { AnyTimeCommand } from './command.js'

export const USER: AnyTimeCommand = {
  verb: 'USER',
  syntax: 'name',
  phase: 'any',
  argument: 'required',
  async *run({ login }, name) {
    await login.begin(name)
    // Whoever it is: a name that does not exist is told by no reply and no timing.
    yield 'need_password'
  },
}

export const PASS: AnyTimeCommand = {
  verb: 'PASS',
  syntax: 'password',
  phase: 'any',
  argument: 'optional',
  async *run({ login }, password) {
    yield await login.finish(password)
  },
}

/** The second factor, where PASS was answered with 332 (RFC 959 §4.1.1). Some clients send it after every login. */
export const ACCT: AnyTimeCommand = {
  verb: 'ACCT',
  syntax: 'code',
  phase: 'any',
  argument: 'optional',
  async *run({ login }, code) {
    yield await login.account(code)
  },
}

/**
 * A name, or an address: IPv6 in square brackets, IPv4 with or without (RFC 7151 §3.1).
 *
 * @throws Fault `bad_parameter`
 */
function parseHost(text: string): string {
  const literal = /^\[(.*)\]$/.exec(text)?.[1]
  const known =
    literal === undefined
      ? NAME.test(text)
      : ipaddr.IPv6.isValid(literal) || ipaddr.IPv4.isValidFourPartDecimal(literal)
  if (!known) throw new Fault('bad_parameter')
  return (literal ?? text).toLowerCase().replace(/\.$/, '')
}

/** Letters, digits and hyphens between dots; the root's dot may follow. */
const NAME =
  /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?$/i

/** The names of one server's many hosts (RFC 7151); it has to be the host the TLS handshake was for. */
export const HOST: AnyTimeCommand = {
  verb: 'HOST',
  syntax: 'host-name',
  phase: 'any',
  argument: 'required',
  feat: () => ['HOST'],
  async *run({ serverName, login }, host) {
    login.requireNone()
    const name = parseHost(host)
    // TLS itself sends no name for an address (RFC 6066 §3); where there is one, it stands.
    if (serverName === undefined || serverName.toLowerCase() === name) yield 'greeting'
    else yield 'bad_value'
  },
}

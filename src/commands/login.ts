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

/** The names of one server's many hosts (RFC 7151); it has to be the host the TLS handshake was for. */
export const HOST: AnyTimeCommand = {
  verb: 'HOST',
  syntax: 'host-name',
  phase: 'any',
  argument: 'required',
  feat: () => ['HOST'],
  async *run({ serverName, login }, host) {
    const name = host.replace(/^\[|\]$/g, '').toLowerCase()
    if (!/^[a-z0-9._:-]{1,255}$/.test(name)) throw new Fault('bad_parameter')
    if (serverName !== undefined && serverName.toLowerCase() !== name) {
      yield 'bad_value'
      return
    }
    login.requireNone()
    yield 'greeting'
  },
}

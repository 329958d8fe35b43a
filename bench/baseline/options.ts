import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { running, type Source } from './target.js'

export const USAGE = `usage: npm run baseline -- [--markdown | --json]
                          [--target NAME=HOST:PORT --user USER --password PASSWORD [--home FOLDER] [--pid PID]]

Without --target it starts ftp-srv and Portcullis and compares them. --home is the user's folder on this machine,
--pid the server's process: some cases need them to see what happened.`

export interface Options {
  readonly format: 'plain' | 'markdown' | 'json'
  /** A server to try in place of the two that are started here. */
  readonly target: Source | undefined
}

/** @throws Error that says what is wrong with the arguments */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      markdown: { type: 'boolean' },
      json: { type: 'boolean' },
      target: { type: 'string' },
      user: { type: 'string' },
      password: { type: 'string' },
      home: { type: 'string' },
      pid: { type: 'string' },
    },
  })
  const format = values.json ? 'json' : values.markdown ? 'markdown' : 'plain'
  if (values.target === undefined) return { format, target: undefined }
  const [, name, host, port] = /^([^=]+)=\[?([^\]]+)\]?:(\d+)$/.exec(values.target) ?? []
  if (name === undefined || host === undefined) throw new Error('--target is NAME=HOST:PORT')
  const { user, password, home, pid } = values
  if (user === undefined || password === undefined) throw new Error('--target needs --user and --password')
  const target = {
    name,
    host,
    port: Number(port),
    user,
    password,
    home: home === undefined ? undefined : resolve(home),
    pid: pid === undefined ? undefined : Number(pid),
  }
  return { format, target: running(target) }
}

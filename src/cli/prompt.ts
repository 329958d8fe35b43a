import { text } from 'node:stream/consumers'
import { UsageError } from './exit.js'
import { checkPassword, generatePassword } from './password.js'
import { complain } from './print.js'

export interface PasswordSource {
  readonly passwordStdin?: boolean
  readonly generate?: boolean
}

/** The new password as the options say: generated, from standard input, or typed twice. @throws UsageError */
export async function newPassword(
  user: string,
  { passwordStdin, generate }: PasswordSource,
): Promise<string> {
  if (generate && passwordStdin) throw new UsageError('--generate and --password-stdin exclude each other')
  if (generate) return generatePassword()
  const password = passwordStdin ? await fromStdin() : await typedTwice(user)
  checkPassword(password, user)
  return password
}

/** The password that a user has already, from standard input or typed. @throws UsageError */
export async function presentPassword(user: string, { passwordStdin }: PasswordSource): Promise<string> {
  if (passwordStdin) return await fromStdin()
  if (!process.stdin.isTTY) throw new UsageError('no terminal to ask for a password; use --password-stdin')
  return await typed(`Password of ${user}: `)
}

const fromStdin = async (): Promise<string> => (await text(process.stdin)).replace(/\r?\n$/, '')

async function typedTwice(user: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new UsageError('no terminal to ask for a password; use --password-stdin or --generate')
  }
  const first = await typed(`New password for ${user}: `)
  checkPassword(first, user)
  if ((await typed('Once more: ')) !== first)
    throw new UsageError('the two passwords differ; nothing was changed')
  return first
}

/** One line from the terminal, shown only when it is no secret. Ctrl-C and Ctrl-D give up. @throws UsageError */
export function typed(question: string, { echo = false } = {}): Promise<string> {
  const { stdin, stderr } = process
  const show = (text: string) => void (echo && stderr.write(text))
  // Before the question: what answers it at once must not be echoed by the terminal.
  stdin.setRawMode(true).setEncoding('utf8').resume()
  stderr.write(question)
  return new Promise((resolve, reject) => {
    let line = ''
    const finish = (settle: () => void) => {
      stdin.off('data', onData).off('end', onEnd).setRawMode(false).pause()
      complain('')
      settle()
    }
    const giveUp = () => finish(() => reject(new UsageError('given up; nothing was changed')))
    const onEnd = () => giveUp()
    const onData = (chunk: string) => {
      for (const character of chunk) {
        if (character === '\r' || character === '\n') return finish(() => resolve(line))
        if (character === '\x03' || character === '\x04') return giveUp()
        if (character === '\x7f' || character === '\b') {
          if (line !== '') show('\b \b')
          line = [...line].slice(0, -1).join('')
        } else {
          show(character)
          line += character
        }
      }
    }
    stdin.on('data', onData).on('end', onEnd)
  })
}

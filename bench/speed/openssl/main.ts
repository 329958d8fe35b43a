// The ceiling of the bench: CERT KEY HOME FOLDER. Says just enough FTP for curl; each data connection is an
// `openssl s_server` of its own, which reads the file it sends, or writes the one that comes, by itself.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { createServer, type TLSSocket } from 'node:tls'
import { freePort } from '../servers/daemon.js'
import { BIG, INCOMING } from '../stage.js'

const [cert = '', key = '', home = '', folder = ''] = process.argv.slice(2)
const START_MS = 10_000
const STEP_MS = 10
const REPLIES: Readonly<Record<string, string>> = { USER: '331 Password', PWD: '257 "/"', QUIT: '221 Bye' }
let connections = 0

const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, socket => {
  socket.on('error', () => socket.destroy())
  // A client that goes away has what it wanted, or says itself what it missed.
  serve(socket, `${++connections}`).catch(() => socket.destroy())
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ msg: 'ready', port })}\n`)
})

async function serve(socket: TLSSocket, name: string): Promise<void> {
  const say = (reply: string) => socket.write(`${reply}\r\n`)
  let user = ''
  let data: { readonly exited: Promise<unknown>; readonly port: number } | undefined
  say('220 Ready')
  for await (const line of createInterface({ input: socket })) {
    const [verb = '', argument = ''] = line.split(' ')
    if (verb === 'USER') user = argument
    if (verb === 'PASS') {
      data = await start(name, user)
      say('230 In')
    } else if (verb === 'EPSV') say(`229 Passive (|||${data?.port}|)`)
    else if (verb === 'RETR' || verb === 'STOR') {
      // Told the size, curl closes when it has it: s_server does not by itself.
      say(verb === 'RETR' ? `150 Now (${statSync(join(home, BIG)).size} bytes)` : '150 Now')
      await data?.exited
      say('226 Done')
    } else if (verb === 'SIZE') say(`213 ${statSync(join(home, BIG)).size}`)
    else say(REPLIES[verb] ?? '200 Done')
  }
}

/**
 * Quiet, s_server takes nothing it reads for a command; nor does it say when it listens, so the kernel is asked.
 * Blocking, it may read from a client that only listens, for ever.
 */
async function start(name: string, user: string): Promise<{ exited: Promise<unknown>; port: number }> {
  const port = await freePort()
  const out = join(user === 'up' ? join(home, INCOMING) : folder, `s_server-${name}`)
  const stdin = user === 'up' ? 'pipe' : openSync(join(home, BIG), 'r')
  const stdout = openSync(out, 'w')
  const args = [
    's_server',
    '-accept',
    `127.0.0.1:${port}`,
    '-cert',
    cert,
    '-key',
    key,
    '-naccept',
    '1',
    '-quiet',
    '-nbio',
  ]
  const child = spawn('openssl', args, { stdio: [stdin, stdout, 'ignore'] })
  const exited = once(child, 'exit')
  closeSync(stdout)
  if (typeof stdin === 'number') closeSync(stdin)
  for (let waited = 0; waited < START_MS && !listens(port); waited += STEP_MS) await delay(STEP_MS)
  return { exited, port }
}

/** State 0A is LISTEN (proc(5)). */
function listens(port: number): boolean {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`
  return readFileSync('/proc/net/tcp', 'utf8').includes(local)
}

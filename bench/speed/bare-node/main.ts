// What small files cost in Node alone: CERT KEY. Says just enough FTP for the visitors of the bench, with the modules net
// and tls of Node and nothing behind them: no users, no files, no log; each session listens at one port for all its files.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { createSecureContext, TLSSocket } from 'node:tls'
import { SMALL } from '../stage.js'

const [cert = '', key = ''] = process.argv.slice(2)
const HOST = '127.0.0.1'
const FILE = Buffer.alloc(SMALL)
const REPLIES: Readonly<Record<string, string>> = { USER: '331 Password', PASS: '230 In' }
/** One for all connections, with the session tickets that OpenSSL makes by itself. */
const secureContext = createSecureContext({
  cert: readFileSync(cert),
  key: readFileSync(key),
  minVersion: 'TLSv1.3',
})

const server = createServer({ noDelay: true }, raw => {
  // A client that goes away has what it wanted, or says itself what it missed.
  serve(secure(raw)).catch(() => raw.destroy())
})
server.listen(0, HOST, () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ msg: 'ready', port })}\n`)
})

function secure(raw: Socket): TLSSocket {
  const socket = new TLSSocket(raw, { isServer: true, secureContext })
  raw.on('error', () => socket.destroy())
  return socket.on('error', () => socket.destroy())
}

async function serve(control: TLSSocket): Promise<void> {
  const say = (reply: string) => control.write(`${reply}\r\n`)
  const passive: Server = createServer({ noDelay: true, allowHalfOpen: true })
  let data: Promise<TLSSocket> | undefined
  say('220 Ready')
  for await (const line of createInterface({ input: control })) {
    const [verb = ''] = line.split(' ')
    if (verb === 'EPSV') {
      if (!passive.listening) await once(passive.listen(0, HOST), 'listening')
      data = once(passive, 'connection').then(([raw]) => secure(raw as Socket))
      say(`229 Passive (|||${(passive.address() as AddressInfo).port}|)`)
    } else if (verb === 'RETR' && data) send(await data, say)
    else if (verb === 'STOR' && data) receive(await data, say)
    else say(REPLIES[verb] ?? '200 Done')
  }
  passive.close()
}

function send(data: TLSSocket, say: (reply: string) => void): void {
  say('150 Now')
  data.end(FILE, () => say('226 Done'))
  data.resume().once('end', () => data.destroy())
}

function receive(data: TLSSocket, say: (reply: string) => void): void {
  say('150 Now')
  data.resume().once('end', () => {
    data.end(() => {
      say('226 Done')
      data.destroy()
    })
  })
}

// Runs ftp-srv by itself: CERT KEY ROOT FROM-TO USER PASSWORD.
import { readFileSync } from 'node:fs'
import type { AddressInfo, Server } from 'node:net'
import { FtpSrv } from 'ftp-srv'

const [cert = '', key = '', root = '', passive = '', user = '', password = ''] = process.argv.slice(2)
const [from, to] = passive.split('-').map(Number)

const server = new FtpSrv({
  url: 'ftps://127.0.0.1:0',
  tls: { cert: readFileSync(cert), key: readFileSync(key) },
  pasv_url: '127.0.0.1',
  pasv_min: from ?? 0,
  pasv_max: to ?? 0,
})

server.on('login', (given, resolve, reject) => {
  if (given.username === user && given.password === password) resolve({ root })
  else reject(new Error('Login incorrect'))
})

await server.listen()
// Its types leave out the listener, and it logs the port it was given, not the one it has.
const { port } = (server as FtpSrv & { server: Server }).server.address() as AddressInfo
process.stdout.write(`${JSON.stringify({ msg: 'ready', port })}\n`)

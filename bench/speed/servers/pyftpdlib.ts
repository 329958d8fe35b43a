import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PASSWORD, USER } from '../../baseline/scene.js'
import type { Server } from '../server.js'
import { freePort, startDaemon } from './daemon.js'

const run = promisify(execFile)

/** The one of the search path may be another than the one of the system, which has the packages. */
const PYTHONS = ['python3', '/usr/bin/python3']

/** As its tutorial sets it up, with TLS from the first byte. */
const PROGRAM = `
import logging, sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import TLS_FTPHandler
from pyftpdlib.servers import FTPServer

port, cert, key, first, last, home, user, password = sys.argv[1:]

class Implicit(TLS_FTPHandler):
    certfile, keyfile = cert, key
    passive_ports = range(int(first), int(last) + 1)

    def handle(self):
        self.secure_connection(self.ssl_context)
        super().handle()

logging.basicConfig(level=logging.ERROR)
Implicit.authorizer = DummyAuthorizer()
Implicit.authorizer.add_user(user, password, home, perm='elradfmwMT')
server = FTPServer(('127.0.0.1', int(port)), Implicit, backlog=4096)
server.max_cons = 20000
server.serve_forever()
`

export const pyftpdlib: Server = {
  id: 'pyftpdlib',
  async missing() {
    return (await python()) === undefined ? 'pyftpdlib or pyOpenSSL is not installed' : undefined
  },
  async open({ folder, home, cert, key, passive }) {
    const file = join(folder, 'implicit_ftps.py')
    await writeFile(file, PROGRAM)
    const port = await freePort()
    const args = [file, `${port}`, cert, key, ...passive.split('-'), home, USER, PASSWORD]
    const address = { port, user: USER, password: PASSWORD, explicit: false }
    return await startDaemon((await python()) ?? '', args, address)
  },
}

async function python(): Promise<string | undefined> {
  for (const program of PYTHONS)
    if (await works(program, ['-c', 'import pyftpdlib.handlers as h; h.TLS_FTPHandler'])) return program
  return undefined
}

const works = (program: string, args: readonly string[]): Promise<boolean> =>
  run(program, args).then(
    () => true,
    () => false,
  )

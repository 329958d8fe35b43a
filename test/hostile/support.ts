import assert from 'node:assert/strict'
import { join } from 'node:path'
import { FtpClient } from '../helpers/ftp-client.js'
import { plant } from '../helpers/plant.js'
import { type TestServerOptions, testServer } from '../helpers/server.js'

export const SECRET = 'what is outside stays outside'

/** A server, somebody logged in, and files beside the home that nobody may reach. */
export async function scene(options: TestServerOptions = {}) {
  const server = await testServer(options)
  const outside = join(server.home, '..', '..', 'outside')
  await plant(outside, { secret: SECRET, 'sub/secret': SECRET })
  await plant(server.home, { file: 'mine', 'sub/file': 'mine too' })
  const client = await FtpClient.login(server.port)
  return {
    server,
    client,
    outside,
    home: server.home,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** The code of each line's final reply, all of them sent in one go. */
export async function codesOf(client: FtpClient, lines: readonly string[]): Promise<number[]> {
  client.send(lines.map(line => `${line}\r\n`).join(''))
  const codes: number[] = []
  while (codes.length < lines.length) {
    const { code } = await client.reply()
    if (code >= 200) codes.push(code)
  }
  return codes
}

/** No command that takes a path gets to what this path names. */
export async function assertUnreachable(client: FtpClient, path: string): Promise<void> {
  const asked = [
    `SIZE ${path}`,
    `MDTM ${path}`,
    `MLST ${path}`,
    `STAT ${path}`,
    `HASH ${path}`,
    `XMD5 ${path}`,
  ].concat(
    [`DELE ${path}`, `RMD ${path}`, `RNFR ${path}`, `MFMT 20200101000000 ${path}`, `SITE CHMOD 777 ${path}`],
    [`CWD ${path}`, `MFF Modify=20200101000000; ${path}`, `SITE UTIME 20200101000000 ${path}`],
  )
  for (const line of asked) assert.ok((await client.command(line)).code >= 500, line)
  for (const verb of ['RETR', 'MLSD', 'LIST', 'NLST']) {
    const { bytes, reply } = await client.download(`${verb} ${path}`)
    assert.ok(reply.code >= 500, `${verb} ${path}: ${reply.code}`)
    assert.equal(bytes.length, 0)
  }
  for (const verb of ['STOR', 'APPE'])
    assert.ok((await client.upload(`${verb} ${path}`, 'overwritten')).code >= 500, verb)
}

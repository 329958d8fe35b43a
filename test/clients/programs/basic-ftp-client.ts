// Implicit FTPS with basic-ftp.
//
// Arguments: host, port, user, password, certificate, TLS version, verb and what it needs. Names go to stdout, one a line.
import { readFile, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { SecureVersion } from 'node:tls'
import { Client } from 'basic-ftp'

const [host = '', port, user = '', password = '', ca = '', version, verb, ...args] = process.argv.slice(2)
const [first = '', second = ''] = args
const pairs = Array.from(
  { length: args.length / 2 },
  (_, index) => [args[2 * index], args[2 * index + 1]] as const,
)

async function connected(): Promise<Client> {
  const client = new Client(20_000)
  const only = version as SecureVersion
  const secureOptions = { ca: await readFile(ca), minVersion: only, maxVersion: only }
  await client.access({ host, port: Number(port), user, password, secure: 'implicit', secureOptions })
  return client
}

async function get([remote = '', local = '']: readonly (string | undefined)[]): Promise<void> {
  const client = await connected()
  await client.downloadTo(local, remote)
  client.close()
}

const verbs: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  async list(client) {
    for (const { name } of await client.list(first)) console.log(name)
  },
  async put(client) {
    for (const [local = '', remote = ''] of pairs) await client.uploadFrom(local, remote)
  },
  async get(client) {
    for (const [remote = '', local = ''] of pairs) await client.downloadTo(local, remote)
  },
  reget: async client => client.downloadTo(second, first, (await stat(second)).size),
  reput: async client => client.appendFrom(first, second, { localStart: await client.size(second) }),
  mv: client => client.rename(first, second),
  rm: client => client.remove(first),
  puttree: client => client.uploadFromDir(first, second),
  gettree: client => client.downloadToDir(second, first),
  endless: client => client.uploadFrom(Readable.from(zeroes()), first),
}

function* zeroes(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(65_536)
}

try {
  if (verb === 'parallel') await Promise.all(pairs.map(get))
  else {
    const client = await connected()
    await verbs[verb ?? '']?.(client)
    client.close()
  }
} catch (error) {
  console.error(String(error))
  process.exit(1)
}

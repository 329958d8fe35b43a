import assert from 'node:assert/strict'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { ownerPrefix, partialName } from '../../src/files/partial-name.js'
import { basicFtpClient } from '../helpers/basic-ftp.js'
import { sharedHome } from '../helpers/broken-upload.js'
import { run, start, testWith } from '../helpers/client-program.js'
import { newest, partialWithBytes, SLOWLY } from '../helpers/client-story.js'
import { FtpClient } from '../helpers/ftp-client.js'
import { recorded } from '../helpers/recorded.js'
import { PASSWORD, type TestServer } from '../helpers/server.js'
import { tempDir } from '../helpers/temp-dir.js'

const OLD = randomBytes(20_000_000)
const NEW = randomBytes(12_000_017)
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const
type Version = (typeof VERSIONS)[number]

interface Site {
  readonly server: TestServer
  readonly version: Version
  /** The file that goes to `/target.bin`. */
  readonly file: string
  readonly dir: string
}

interface ClientProgram {
  readonly name: string
  /** Begins an upload from the start, slowly, and kills the client on demand. */
  begin(site: Site): Promise<{ kill(): Promise<unknown> }>
  /** Goes on with what is there, as the client's manual says. */
  resume(site: Site): Promise<unknown>
}

/** A program that is killed leaves its end of the connections to the operating system. */
function killable(program: string, args: string[], dir: string) {
  const running = start(program, args, { cwd: dir, env: { HOME: dir } })
  return {
    kill: async () => {
      running.kill('SIGKILL')
      await running.result
    },
  }
}

const lftpArgs = ({ server, version }: Site, ...commands: string[]): string[] => {
  const set = [
    'set cmd:fail-exit yes',
    'set net:max-retries 1',
    `set ssl:ca-file "${server.ca}"`,
    `set ssl:priority "NORMAL:-VERS-ALL:+VERS-${version.replace('TLSv', 'TLS')}"`,
    `open -u acme,"${PASSWORD}" ftps://127.0.0.1:${server.port}`,
  ]
  return ['--norc', '-c', [...set, ...commands].join('\n')]
}

const lftp: ClientProgram = {
  name: 'lftp put -c',
  begin: async site =>
    killable(
      'lftp',
      lftpArgs(site, `set net:limit-total-rate 0:${SLOWLY}`, `put "${site.file}" -o target.bin`),
      site.dir,
    ),
  resume: site =>
    run('lftp', lftpArgs(site, `put -c "${site.file}" -o target.bin`), { env: { HOME: site.dir } }),
}

const curlArgs = ({ server, version, file }: Site, ...args: string[]): string[] => [
  ...['--disable', '--silent', '--show-error', '--max-time', '20', '--cacert', server.ca],
  ...(version === 'TLSv1.2' ? ['--tls-max', '1.2'] : ['--tlsv1.3']),
  ...['--user', `acme:${PASSWORD}`, ...args, '--upload-file', file],
  `ftps://127.0.0.1:${server.port}/target.bin`,
]

const curl: ClientProgram = {
  name: 'curl -C - -T',
  begin: async site => killable('curl', curlArgs(site, '--limit-rate', String(SLOWLY)), site.dir),
  resume: site => run('curl', curlArgs(site, '--continue-at', '-')),
}

const basicFtp: ClientProgram = {
  name: 'basic-ftp appendFrom',
  async begin(site) {
    const client = await basicFtpClient(site.server, site.version)
    const endless = createReadStream(site.file).pipe(new PassThrough(), { end: false })
    const upload = client.uploadFrom(endless, 'target.bin')
    return {
      kill: async () => {
        client.close()
        await assert.rejects(upload)
      },
    }
  },
  async resume(site) {
    const client = await basicFtpClient(site.server, site.version)
    const localStart = await client.size('target.bin')
    await client.appendFrom(site.file, 'target.bin', { localStart })
    client.close()
  },
}

/** What somebody else sees of the target: its content, or nothing. */
async function seenByOther(server: TestServer): Promise<Buffer | undefined> {
  using other = await FtpClient.login(server.port, { user: 'other' })
  const { bytes, reply } = await other.download('RETR target.bin')
  const listed = (await other.download('NLST')).bytes.toString()
  assert.equal(listed, reply.code === 226 ? 'target.bin\r\n' : '')
  return reply.code === 226 ? bytes : undefined
}

async function story(client: ClientProgram, version: Version, before: Buffer | undefined): Promise<void> {
  await using server = await sharedHome()
  await using dir = await tempDir()
  const file = join(dir.path, 'new.bin')
  await writeFile(file, NEW)
  if (before) await writeFile(join(server.home, 'target.bin'), before)
  const site: Site = { server, version, file, dir: dir.path }

  const arrived = partialWithBytes(server.home, randomInt(1, 5_000_000))
  const upload = await client.begin(site)
  await arrived
  await upload.kill()
  const { kept, bytes } = await recorded(server, { event: 'file.upload_failed', path: '/target.bin' })
  assert.equal(kept, true)
  assert.deepEqual(await seenByOther(server), before)
  assert.deepEqual(await newest(server, 'file.uploaded'), {})

  await client.resume(site)
  assert.ok((await readFile(join(server.home, 'target.bin'))).equals(NEW))
  assert.deepEqual(await readdir(server.home), ['target.bin'])
  const { resumedFrom, size, sha256 } = await newest(server, 'file.uploaded')
  assert.deepEqual([resumedFrom, size], [Number(bytes) - 1, NEW.length])
  assert.equal(sha256, createHash('sha256').update(NEW).digest('hex'))
}

/** All bytes came, and the server or the line went before the end: a client that compares sizes must not be content. */
async function onlyTheEnd(client: ClientProgram): Promise<void> {
  await using server = await sharedHome()
  await using dir = await tempDir()
  const file = join(dir.path, 'new.bin')
  await writeFile(file, NEW)
  await writeFile(join(server.home, partialName(ownerPrefix('acme'), 'target.bin')), NEW)
  await client.resume({ server, version: 'TLSv1.3', file, dir: dir.path })
  assert.ok((await seenByOther(server))?.equals(NEW))
  assert.deepEqual(await readdir(server.home), ['target.bin'])
}

for (const [client, register] of [
  [lftp, testWith('lftp')],
  [curl, testWith('curl')],
  [basicFtp, (name: string, body: () => Promise<void>) => void test(name, body)],
] as const) {
  for (const version of VERSIONS) {
    register(`${client.name} goes on with a new file, ${version}`, () => story(client, version, undefined))
    register(`${client.name} goes on with an overwrite, ${version}`, () => story(client, version, OLD))
  }
  register(`${client.name} finishes an upload of which only the end was lost`, () => onlyTheEnd(client))
}

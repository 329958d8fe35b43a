import assert from 'node:assert/strict'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RESERVED_PREFIX } from '../../src/core/virtual-path.js'
import { seen } from './changes.js'
import { FtpClient } from './ftp-client.js'
import { recorded } from './recorded.js'
import { type TestServer, testServer } from './server.js'
import { tempDir } from './temp-dir.js'

/** More than any client sends before it can be stopped. */
const UPLOAD_BYTES = 48 * 1024 * 1024
/** What the clients are told to send a second, so that they can be stopped in time. */
export const SLOWLY = 8 * 1024 * 1024

/** The kinds of data connections that were made so far. */
export async function dataConnections(server: TestServer): Promise<{ version: unknown; resumed: unknown }[]> {
  const opened = (await server.audit()).filter(({ event }) => event === 'data.opened')
  const kinds = new Set(opened.map(({ version, resumed }) => JSON.stringify({ version, resumed })))
  return [...kinds].map(kind => JSON.parse(kind) as { version: unknown; resumed: unknown })
}

/** Fields of the newest audit record with this event. */
export const newest = async (server: TestServer, event: string): Promise<Record<string, unknown>> =>
  (await server.audit()).findLast(record => record.event === event) ?? {}

interface Cut {
  readonly server: TestServer
  /** The file to upload to `/target.bin`. */
  readonly file: string
  readonly dir: string
}

/**
 * Begins an upload over an existing file, stops the client when bytes have arrived, and looks at what is left: the old
 * file, nothing of the new one in a listing, no success in the audit log.
 */
export async function cutUpload(
  begin: (cut: Cut) => Promise<{ stop(): Promise<unknown> }>,
  dataSession: 'require' | 'prefer' = 'require',
): Promise<void> {
  await using server = await testServer({ users: [{ compat: { dataSession } }] })
  await using dir = await tempDir()
  const file = join(dir.path, 'new.bin')
  await writeFile(file, Buffer.alloc(UPLOAD_BYTES, 'new'))
  await writeFile(join(server.home, 'target.bin'), 'old')

  const arrived = partialWithBytes(server.home)
  const upload = await begin({ server, file, dir: dir.path })
  await arrived
  await upload.stop()

  using other = await FtpClient.login(server.port)
  const listing = await other.download('NLST')
  assert.equal(listing.bytes.toString(), 'target.bin\r\n')
  await recorded(server, { event: 'file.upload_failed', path: '/target.bin' })
  assert.deepEqual(await newest(server, 'file.uploaded'), {})
  assert.equal(await readFile(join(server.home, 'target.bin'), 'utf8'), 'old')
}

/** Resolves when an upload that is under way has written so many bytes. */
export async function partialWithBytes(home: string, least = 1): Promise<void> {
  await seen(home, async () => {
    for (const name of await readdir(home)) {
      if (!name.startsWith(RESERVED_PREFIX)) continue
      const { size } = await stat(join(home, name))
      if (size >= least) return name
    }
    return undefined
  })
}

import { once } from 'node:events'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { missingProgram } from '../../helpers/client-program.js'
import { recorded } from '../../helpers/recorded.js'
import { PASSWORD, type TestServer, type TestServerOptions, testServer } from '../../helpers/server.js'
import { tempDir } from '../../helpers/temp-dir.js'
import { filezilla } from '../programs/filezilla.js'
import { FileZilla } from './app.js'
import { Screen } from './screen.js'

const LIMIT_MS = 20_000

interface Scene {
  readonly server: TestServer
  readonly screen: Screen
  /** What it shows on its own side. */
  readonly local: string
  /** Starts it there and in the root folder of the server; once in a story. */
  open(options?: Parameters<typeof FileZilla.open>[4]): Promise<FileZilla>
  /** Waits until the audit log has a record with these fields. */
  seen(fields: Record<string, unknown>): Promise<unknown>
}

/** Plays a story with FileZilla and says where the pictures are, or why it cannot be played here. */
export async function story(
  name: string,
  play: (scene: Scene) => Promise<void>,
  options?: TestServerOptions,
): Promise<void> {
  const absent = filezilla.needs.map(missingProgram).find(found => found !== undefined)
  if (absent !== undefined) return console.log(`FileZilla, ${name}, is left out: ${absent}`)
  await using server = await testServer(options)
  await using dir = await tempDir()
  const pictures = process.env.SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'portcullis-filezilla-')))
  await using screen = await Screen.open(pictures)
  const local = join(dir.path, 'local')
  await mkdir(local)
  const { port, ca } = server
  const site = { host: '127.0.0.1', port, ca, user: 'acme', password: PASSWORD, dir: dir.path }
  let app: FileZilla | undefined
  try {
    await play({
      server,
      screen,
      local,
      open: async settings => {
        app = await FileZilla.open(screen, { ...site, version: 'TLSv1.3' }, local, '/', settings)
        return app
      },
      seen: fields => Promise.race([recorded(server, fields), unseen(fields)]),
    })
  } catch (error) {
    await screen.picture('failed')
    throw error
  } finally {
    await app?.[Symbol.asyncDispose]()
  }
  console.log(`FileZilla, ${name}: all as it should be, see ${pictures}`)
}

async function unseen(fields: Record<string, unknown>): Promise<never> {
  await once(AbortSignal.timeout(LIMIT_MS), 'abort')
  throw new Error(`there is no ${JSON.stringify(fields)} in the audit log`)
}

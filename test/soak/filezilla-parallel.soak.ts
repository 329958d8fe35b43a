import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { story } from '../clients/filezilla/story.js'
import { dataConnections } from '../helpers/client-story.js'
import { digests } from '../helpers/samples.js'

// FileZilla with its largest number of simultaneous transfers, all of them under way before the first is done.

const TRANSFERS = 10
const SIZE = 200_000

await story(
  `${TRANSFERS} transfers at once`,
  async ({ server, screen, local, open, seen }) => {
    for (let file = 0; file < TRANSFERS; file++)
      await writeFile(join(server.home, `file ${file}`), randomBytes(SIZE))
    const app = await open({ transfers: TRANSFERS })
    await seen({ event: 'dir.listed' })
    await app.transferAll('remote')
    await seen({ event: 'file.downloaded' })
    await screen.picture('at once')
    await app.queueDone()
    assert.deepEqual(await digests(local), await digests(server.home))
    const files = (await server.audit()).filter(({ event }) => event === 'file.downloaded')
    const sessions = new Set(files.map(({ session }) => session))
    assert.equal(sessions.size, TRANSFERS)
    assert.deepEqual(await dataConnections(server), [{ version: 'TLSv1.3', resumed: true }])
  },
  { users: [{ limits: { download: '512KiB/s' } }], ports: 40 },
)

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EXISTS, OK } from '../clients/filezilla/app.js'
import { story } from '../clients/filezilla/story.js'
import { newest, partialWithBytes } from '../helpers/client-story.js'

// FileZilla's user stops the queue in the middle of an upload over an existing file, and lets it go on later: it resumes
// without a question.

const SIZE = 4_000_000

await story('stopped', async ({ server, screen, local, open, seen }) => {
  const bytes = randomBytes(SIZE)
  await writeFile(join(local, 'target.bin'), bytes)
  await writeFile(join(server.home, 'target.bin'), 'old')

  const app = await open({ uploadLimit: 1024 })
  await seen({ event: 'dir.listed' })
  const arrived = partialWithBytes(server.home, SIZE / 4)
  await app.transfer('local', 0)
  await app.answer(EXISTS, OK)
  await arrived
  await app.toggleQueue()
  await seen({ event: 'file.upload_failed', path: '/target.bin' })
  await screen.picture('stopped')
  assert.equal(await readFile(join(server.home, 'target.bin'), 'utf8'), 'old')
  assert.deepEqual(await newest(server, 'file.uploaded'), {})

  await app.toggleQueue()
  await app.queueDone()
  await screen.picture('stopped, then whole')
  const { size, resumedFrom } = await newest(server, 'file.uploaded')
  assert.equal(size, SIZE)
  assert.ok(Number(resumedFrom) >= SIZE / 4, String(resumedFrom))
  assert.ok((await readFile(join(server.home, 'target.bin'))).equals(bytes))
  assert.deepEqual(await readdir(server.home), ['target.bin'])
})

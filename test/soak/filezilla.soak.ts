import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownerPrefix, partialName } from '../../src/files/partial-name.js'
import { EXISTS, OK, RESUME } from '../clients/filezilla/app.js'
import { story } from '../clients/filezilla/story.js'
import { dataConnections, newest } from '../helpers/client-story.js'

// The real FileZilla in one session, photographed at each step: the questions it asks about the certificate and about files
// that are there already. What it does without asking is in the matrix.

const SIZE = 3_000_000
const PART = 100_000

await story('its questions', async ({ server, screen, local, open, seen }) => {
  const [up, down] = [randomBytes(SIZE), randomBytes(SIZE)]
  await writeFile(join(local, 'upload.bin'), up)
  await writeFile(join(local, 'cut.bin'), up)
  // What an upload that was cut off leaves.
  await writeFile(join(server.home, partialName(ownerPrefix('acme'), 'cut.bin')), up.subarray(0, PART))
  await writeFile(join(local, 'download.bin'), down.subarray(0, PART))
  await writeFile(join(server.home, 'download.bin'), down)
  await writeFile(join(server.home, 'grüße 日本語.txt'), 'hello')
  const [cut, download, upload] = [0, 1, 2]

  const app = await open()
  await seen({ event: 'dir.listed' })
  await screen.picture('listing')
  await app.transfer('local', cut)
  await app.answer(EXISTS, RESUME, OK)
  await seen({ event: 'file.uploaded', resumedFrom: PART - 1 })
  await screen.picture('upload resumed')
  assert.ok((await readFile(join(server.home, 'cut.bin'))).equals(up))
  await app.transfer('local', upload)
  await seen({ event: 'file.uploaded', resumedFrom: 0 })
  assert.ok((await readFile(join(server.home, 'upload.bin'))).equals(up))
  await screen.picture('uploaded')
  await appendFile(join(local, 'upload.bin'), '!')
  await app.transfer('local', upload)
  await app.answer(EXISTS, OK)
  await seen({ event: 'file.uploaded', size: SIZE + 1 })
  await screen.picture('overwritten')
  await app.transfer('remote', download)
  await app.answer(EXISTS, RESUME, OK)
  await seen({ event: 'file.downloaded', resumedFrom: PART })
  await screen.picture('download resumed')
  assert.ok((await readFile(join(local, 'download.bin'))).equals(down))
  assert.deepEqual(await dataConnections(server), [{ version: 'TLSv1.3', resumed: true }])
  assert.deepEqual(await newest(server, 'data.rejected'), {})
})
